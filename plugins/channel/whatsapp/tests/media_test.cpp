// In what form files go, how they are uploaded, and from where they are fetched. Source: the table
// of https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
#include "media.hpp"

#include <gtest/gtest.h>

#include "../../common/hex.hpp"

namespace conserje::whatsapp {
namespace {

using channel::Media;

constexpr std::size_t kMegabyte = 1024 * 1024;

/// "type mime" of a file of so many bytes, or why it does not go.
std::string form(const std::string& kind, const std::string& mime_type, std::size_t size = 1) {
  const auto found = form_of({.kind = kind, .mime_type = mime_type}, std::string(size, 'x'));
  if (!found) return found.error().message;
  return found->type + (found->is_voice ? " voice " : " ") + found->mime_type;
}

/// A WebP file whose header has these flags.
std::string webp(char flags, std::size_t size) {
  std::string file = "RIFF....WEBPVP8X....";
  file += flags;
  file.resize(size, 'x');
  return file;
}

TEST(FileForm, IsItsKindWhereMetaTakesIt) {
  EXPECT_EQ(form("image", "image/jpeg"), "image image/jpeg");
  EXPECT_EQ(form("image", "IMAGE/PNG; q=1"), "image image/png");
  EXPECT_EQ(form("video", "video/3gpp"), "video video/3gpp");
  EXPECT_EQ(form("audio", "audio/mpeg"), "audio audio/mpeg");
  EXPECT_EQ(form("audio", "audio/ogg"), "audio audio/ogg; codecs=opus");
  EXPECT_EQ(form("voice", "audio/ogg; codecs=opus"), "audio voice audio/ogg; codecs=opus");
  EXPECT_EQ(form("voice", "audio/mpeg"), "audio audio/mpeg");
  EXPECT_EQ(form("sticker", "image/webp"), "sticker image/webp");
  EXPECT_EQ(form("document", "application/pdf"), "document application/pdf");
}

TEST(FileForm, IsADocumentWhereMetaDoesNotTakeTheKind) {
  EXPECT_EQ(form("image", "image/gif"), "document image/gif");
  EXPECT_EQ(form("audio", "audio/wav"), "document audio/wav");
  EXPECT_EQ(form("video", "video/quicktime"), "document video/quicktime");
  EXPECT_EQ(form("document", "image/png"), "document image/png");
}

TEST(FileForm, IsADocumentBeyondTheLimitOfItsKind) {
  EXPECT_EQ(form("image", "image/png", 5 * kMegabyte), "image image/png");
  EXPECT_EQ(form("image", "image/png", 5 * kMegabyte + 1), "document image/png");
  EXPECT_EQ(form("video", "video/mp4", 16 * kMegabyte), "video video/mp4");
  EXPECT_EQ(form("video", "video/mp4", 16 * kMegabyte + 1), "document video/mp4");
  EXPECT_EQ(form("sticker", "image/webp", 100 * 1024 + 1), "document image/webp");
  for (const auto& [flags, size, type] :
       {std::tuple('\x02', std::size_t{500 * 1024}, "sticker"),
        std::tuple('\x02', std::size_t{500 * 1024 + 1}, "document"),
        std::tuple('\x10', std::size_t{100 * 1024 + 1}, "document")}) {
    const auto found = form_of({.kind = "sticker", .mime_type = "image/webp"}, webp(flags, size));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->type, type) << int{flags} << " " << size;
  }
}

TEST(FileForm, TakesTheUsualTypeWhereNoneIsSaid) {
  for (const std::string none :
       {"", "jpeg", "image/", "/jpeg", "image/jp eg", "a/b/c", "x/y\r\nz: 1"})
    EXPECT_EQ(form("image", none), "image image/jpeg") << none;
  EXPECT_EQ(form("voice", ""), "audio voice audio/ogg; codecs=opus");
  EXPECT_EQ(form("document", ""), "document application/octet-stream");
}

TEST(FileForm, IsNoneForWhatCannotGo) {
  EXPECT_EQ(form("document", "application/pdf", kMaxFile + 1),
            "whatsapp: the file is larger than 67108864 bytes");
  EXPECT_EQ(form_of({.kind = "image"}, "").error(),
            (Error{ErrorClass::permanent, "whatsapp: the file has neither bytes nor a url"}));
  for (const auto* url : {"http://cdn.example.org/a.jpg", "ftp://x", "file:///etc/passwd", "a.jpg"})
    EXPECT_EQ(form_of({.kind = "image", .url = url}, "").error(),
              (Error{ErrorClass::permanent,
                     "whatsapp: Meta fetches files by https alone, and the file's url is another"}))
        << url;
  EXPECT_EQ(form_of({.kind = "image", .url = "https://cdn.example.org/a.jpg"}, ""),
            Result(FileForm{.type = "image", .mime_type = "image/jpeg"}));
}

TEST(UploadForm, IsMultipart) {
  EXPECT_EQ(
      upload_form("PNG", "image/png", "b"),
      (Form{.content_type = "multipart/form-data; boundary=b",
            .body = "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\n"
                    "whatsapp\r\n"
                    "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n"
                    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
                    "Content-Type: image/png\r\n\r\nPNG\r\n--b--\r\n"}));
}

TEST(MediaPlace, IsOneThatTheSettingsName) {
  const std::vector<std::string> origins = {"https://lookaside.fbsbx.com",
                                            "http://graph.test:8080/v23.0"};
  for (const auto* good :
       {"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=ATs",
        "https://lookaside.fbsbx.com", "http://graph.test:8080/x"})
    EXPECT_TRUE(is_at(good, origins)) << good;
  for (const auto* bad :
       {"", "lookaside.fbsbx.com/x", "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x", "https://lookaside.fbsbx.com@evil.example/x",
        "https://evil.example/https://lookaside.fbsbx.com/", "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com\\@evil.example/", "https://lookaside.fbsbx.com/a b",
        "https://lookaside.fbsbx.com/\r\nx", "http://graph.test/x"})
    EXPECT_FALSE(is_at(bad, origins)) << bad;
}

TEST(Hash, IsComparedInEitherSpelling) {
  const std::string digest = "\x01\xAB" + std::string(29, '\0') + "\xFF";
  const std::string hex = "01ab" + std::string(58, '0') + "ff";
  EXPECT_EQ(to_hex(digest), hex);
  EXPECT_FALSE(differs(hex, digest));
  EXPECT_FALSE(differs("01AB" + hex.substr(4), digest));
  EXPECT_TRUE(differs("02" + hex.substr(2), digest));
  const std::string encoded = "AasAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8=";
  EXPECT_FALSE(differs(encoded, digest));
  EXPECT_TRUE(differs("B" + encoded.substr(1), digest));
  for (const auto* unsaid : {"", "5f2d"}) EXPECT_FALSE(differs(unsaid, digest)) << unsaid;
}

}  // namespace
}  // namespace conserje::whatsapp
