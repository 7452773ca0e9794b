#include "conversation/texts.hpp"

#include <unicode/calendar.h>
#include <unicode/datefmt.h>
#include <unicode/dtptngen.h>
#include <unicode/msgfmt.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <cmath>

namespace conserje {
namespace {

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

/// "jueves, 10 de diciembre"
icu::UnicodeString date_text(const icu::Locale& locale, Date date) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::DateFormat> format(
      icu::DateFormat::createInstanceForSkeleton(icu::UnicodeString("EEEEdMMMM"), locale, status));
  icu::UnicodeString out;
  if (U_FAILURE(status)) return from_utf8(format_date(date));
  format->setTimeZone(*icu::TimeZone::getGMT());
  const auto since_epoch = std::chrono::sys_days(date).time_since_epoch();
  format->format(static_cast<UDate>(std::chrono::milliseconds(since_epoch).count()), out);
  return out;
}

/// "180,00 €"; a round amount without its zeroes.
icu::UnicodeString money_text(const icu::Locale& locale, const pms::Money& money) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::CurrencyUnit unit(icu::StringPiece(money.currency), status);
  const auto digits = ucurr_getDefaultFractionDigits(unit.getISOCurrency(), &status);
  const double amount = static_cast<double>(money.amount_minor) / std::pow(10.0, digits);
  const auto text =
      icu::number::NumberFormatter::withLocale(locale)
          .unit(unit)
          .precision(amount == std::floor(amount) ? icu::number::Precision::integer()
                                                  : icu::number::Precision::fixedFraction(digits))
          .formatDouble(amount, status)
          .toString(status);
  if (U_FAILURE(status))
    return from_utf8(std::to_string(money.amount_minor) + " " + money.currency);
  return text;
}

icu::Formattable to_formattable(const icu::Locale& locale, const TextValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return {from_utf8(*text)};
  if (const auto* number = std::get_if<std::int64_t>(&value)) return {*number};
  if (const auto* date = std::get_if<Date>(&value)) return {date_text(locale, *date)};
  return {money_text(locale, std::get<pms::Money>(value))};
}

/// Compiled for each use: kept, the catalogues' formats would be a tenth of a host's memory, and
/// icu::MessageFormat is not for several threads at once.
icu::MessageFormat compile(const icu::Locale& locale, std::string_view pattern, UParseError& where,
                           UErrorCode& status) {
  return {from_utf8(pattern), locale, where, status};
}

}  // namespace

Result<Texts> Texts::create(Catalogues shipped,
                            const std::map<std::string, std::map<std::string, std::string>>& own) {
  for (auto& [language, texts] : shipped) {
    const icu::Locale locale(language.c_str());
    for (auto& [key, text] : texts) {
      if (const auto mine = own.find(key); mine != own.end())
        if (const auto translated = mine->second.find(language); translated != mine->second.end())
          text = translated->second;
      UErrorCode status = U_ZERO_ERROR;
      UParseError where{};
      compile(locale, text, where, status);
      if (U_FAILURE(status))
        return Error{ErrorClass::config, "text \"" + key + "\" (" + language +
                                             ") is not MessageFormat: " + u_errorName(status) +
                                             " at character " + std::to_string(where.offset)};
    }
  }
  return Texts(std::move(shipped));
}

std::string Texts::render(std::string_view language, const Line& line) const {
  if (line.key.starts_with('=')) return line.key.substr(1);
  auto texts = patterns_.find(language);
  if (texts == patterns_.end()) texts = patterns_.begin();
  const auto pattern = texts->second.find(line.key);
  if (pattern == texts->second.end()) return line.key;

  const icu::Locale locale(texts->first.c_str());
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const auto& [name, value] : line.args) {
    names.push_back(from_utf8(name));
    values.push_back(to_formattable(locale, value));
  }
  UErrorCode status = U_ZERO_ERROR;
  UParseError where{};
  icu::UnicodeString out;
  compile(locale, pattern->second, where, status)
      .format(names.data(), values.data(), static_cast<std::int32_t>(names.size()), out, status);
  return U_FAILURE(status) ? line.key : to_utf8(out);
}

std::string Texts::render(std::string_view language, std::span<const Line> lines) const {
  std::string out;
  for (const auto& line : lines) {
    if (!out.empty()) out += '\n';
    out += render(language, line);
  }
  return out;
}

}  // namespace conserje
