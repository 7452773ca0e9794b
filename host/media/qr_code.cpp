#include "media/qr_code.hpp"

#include <png.h>
#include <qrencode.h>

#include <memory>
#include <vector>

namespace conserje {
namespace {

constexpr int kModule = 8;  // Pixels of one dot: a telephone's camera reads it from a screen.
constexpr int kQuiet = 4;   // Dots around it, by ISO/IEC 18004 6.3.8.

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// Of one byte a pixel: 0 is black.
std::vector<png_byte> pixels_of(const QRcode& code, int side) {
  std::vector<png_byte> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side),
                               255);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const int column = x / kModule - kQuiet;
      const int row = y / kModule - kQuiet;
      if (column < 0 || row < 0 || column >= code.width || row >= code.width) continue;
      if ((code.data[row * code.width + column] & 1U) != 0)
        pixels[static_cast<std::size_t>(y * side + x)] = 0;
    }
  return pixels;
}

}  // namespace

Result<std::string> qr_code_png(std::string_view text) {
  if (text.empty() || text.size() > kLongestQrText)
    return Error{ErrorClass::permanent,
                 "a QR code needs a text of 1 to " + std::to_string(kLongestQrText) + " bytes"};
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M));
  if (code == nullptr) return Error{ErrorClass::retry, "there is no memory for a QR code"};

  const int side = (code->width + 2 * kQuiet) * kModule;
  const auto pixels = pixels_of(*code, side);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(side);
  image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  std::string png;
  for (int pass = 0; pass < 2; ++pass) {  // First its size, then itself.
    if (png_image_write_to_memory(&image, png.empty() ? nullptr : png.data(), &size, 0,
                                  pixels.data(), 0, nullptr) == 0)
      return Error{ErrorClass::retry,
                   std::string("a QR code could not be drawn: ") + image.message};
    if (pass == 0) png.resize(size);
  }
  png.resize(size);
  return png;
}

}  // namespace conserje
