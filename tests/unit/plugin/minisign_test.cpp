#include "plugin/minisign.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "counting_random.hpp"
#include "file_text.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "the bytes of a plugin";
constexpr rlim_t kEnoughForTheTool = 128 * 1024 * 1024;  // Bytes: it then takes a cheaper password.

/// A folder in which Debian's minisign works.
class TheRealMinisign : public testing::Test {
 protected:
  TheRealMinisign() {
    fs::create_directories(folder_);
    write("file", kFile);
  }
  ~TheRealMinisign() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return file_text(folder_ / name); }

  /// Runs `minisign ARGUMENTS` in the folder -> its exit status. `typed` is its standard input.
  int minisign(std::vector<std::string> arguments, std::string_view typed = "") const {
    write("typed", typed);
    arguments.insert(arguments.begin(), "minisign");
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const auto child = ::fork();
    if (child == 0) become_minisign(pointers.data());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 127)
        << "minisign is not installed: apt-get install minisign";
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  CountingRandom random_;

 private:
  [[noreturn]] void become_minisign(char** arguments) const {
    const rlimit memory{kEnoughForTheTool, kEnoughForTheTool};
    const int input = ::chdir(folder_.c_str()) == 0 ? ::open("typed", O_RDONLY) : -1;
    const int output = ::open("/dev/null", O_WRONLY);
    if (input < 0 || ::dup2(input, 0) != 0 || ::dup2(output, 1) != 1 || ::dup2(output, 2) != 2 ||
        ::setrlimit(RLIMIT_AS, &memory) != 0)
      ::_exit(126);
    ::execvp(arguments[0], arguments);
    ::_exit(127);
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("minisign." + std::to_string(::getpid()) + "." +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(TheRealMinisign, MakesSignaturesThatAreVerifiedHere) {
  ASSERT_EQ(minisign({"-G", "-W", "-p", "pub", "-s", "sec"}), 0);
  ASSERT_EQ(minisign({"-S", "-s", "sec", "-m", "file", "-t", "made by the tool"}), 0);
  const auto key = parse_public_key(read("pub"));
  const auto signature = parse_signature(read("file.minisig"));
  ASSERT_TRUE(key) << key.error().message;
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(signature->is_prehashed);
  EXPECT_EQ(signature->trusted_comment, "made by the tool");
  EXPECT_EQ(verify(*signature, *key, digest_of(kFile)), SignatureVerdict::good);
  EXPECT_EQ(verify(*signature, *key, digest_of("other")), SignatureVerdict::other_file);
}

TEST_F(TheRealMinisign, MakesLegacySignaturesThatAreVerifiedHere) {
  ASSERT_EQ(minisign({"-G", "-W", "-p", "pub", "-s", "sec"}), 0);
  ASSERT_EQ(minisign({"-S", "-l", "-s", "sec", "-m", "file"}), 0);
  const auto key = parse_public_key(read("pub"));
  const auto signature = parse_signature(read("file.minisig"));
  ASSERT_TRUE(key && signature);
  EXPECT_FALSE(signature->is_prehashed);
  EXPECT_EQ(verify_file(*signature, *key, kFile), SignatureVerdict::good);
  EXPECT_EQ(verify_file(*signature, *key, "other"), SignatureVerdict::other_file);
  EXPECT_EQ(verify(*signature, *key, digest_of(kFile)), SignatureVerdict::other_file);
}

TEST_F(TheRealMinisign, MakesKeysWithAPasswordThatAreOpenedHere) {
  ASSERT_EQ(minisign({"-G", "-p", "pub", "-s", "sec"}, "s3cret\ns3cret\n"), 0);
  const auto key = parse_secret_key(read("sec"), "s3cret");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(parse_public_key(read("pub")), key->public_key());
  const auto wrong = parse_secret_key(read("sec"), "guess");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error(), (Error{ErrorClass::auth, "the password is wrong"}));
}

TEST_F(TheRealMinisign, MakesKeysWithoutAPasswordThatAreOpenedHere) {
  ASSERT_EQ(minisign({"-G", "-W", "-p", "pub", "-s", "sec"}), 0);
  const auto key = parse_secret_key(read("sec"), "");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(parse_public_key(read("pub")), key->public_key());
}

TEST_F(TheRealMinisign, VerifiesWhatIsSignedHere) {
  const auto key = generate_key(random_);
  const auto signature = sign(key, digest_of(kFile), "made here");
  ASSERT_TRUE(signature);
  write("pub", print(key.public_key()));
  write("file.minisig", print(*signature));
  EXPECT_EQ(minisign({"-V", "-H", "-p", "pub", "-m", "file"}), 0);
  EXPECT_EQ(minisign({"-V", "-P", print_line(key.public_key()), "-m", "file"}), 0);
  write("file", "changed");
  EXPECT_NE(minisign({"-V", "-p", "pub", "-m", "file"}), 0);
}

TEST_F(TheRealMinisign, SignsWithKeysThatAreMadeHere) {
  const auto key = generate_key(random_);
  const auto locked = print_locked(key, "s3cret", random_, kScryptInteractive);
  ASSERT_TRUE(locked) << locked.error().message;
  write("locked", *locked);
  write("open", print(key));
  for (const auto& [name, typed] : {std::pair("locked", "s3cret\n"), std::pair("open", "")}) {
    ASSERT_EQ(minisign({"-S", "-s", name, "-m", "file", "-x", "made"}, typed), 0) << name;
    const auto signature = parse_signature(read("made"));
    ASSERT_TRUE(signature) << signature.error().message;
    EXPECT_EQ(verify(*signature, key.public_key(), digest_of(kFile)), SignatureVerdict::good);
  }
}

/// One key pair and what it signed.
class AMinisign : public testing::Test {
 protected:
  CountingRandom random{};
  MinisignSecretKey key = generate_key(random);
  MinisignSignature signature = sign(key, digest_of(kFile), "a comment").value();

  SignatureVerdict verdict() const { return verify(signature, key.public_key(), digest_of(kFile)); }
};

TEST_F(AMinisign, ReadsWhatItPrints) {
  EXPECT_EQ(parse_signature(print(signature)), signature);
  EXPECT_EQ(parse_public_key(print(key.public_key())), key.public_key());
  EXPECT_EQ(parse_public_key(print_line(key.public_key())), key.public_key());
  EXPECT_EQ(parse_secret_key(print(key), ""), key);
  const auto locked = print_locked(key, "pw", random, kScryptInteractive);
  ASSERT_TRUE(locked);
  EXPECT_EQ(parse_secret_key(*locked, "pw"), key);
  EXPECT_NE(*locked, *print_locked(key, "pw", random, kScryptInteractive));  // Another salt.
}

TEST_F(AMinisign, ReadsFilesWithTheLineEndsOfWindows) {
  std::string text;
  for (const char c : print(signature)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(parse_signature(text), signature);
}

TEST_F(AMinisign, TellsWhichPartDoesNotFit) {
  EXPECT_EQ(verdict(), SignatureVerdict::good);
  const auto good = signature;
  signature.of_file[5] ^= 1U;
  EXPECT_EQ(verdict(), SignatureVerdict::other_file);
  signature = good;
  signature.trusted_comment += ".";
  EXPECT_EQ(verdict(), SignatureVerdict::other_comment);
  signature = good;
  signature.of_comment[5] ^= 1U;
  EXPECT_EQ(verdict(), SignatureVerdict::other_comment);
  signature = good;
  signature.key_id.bytes[0] ^= 1U;
  EXPECT_EQ(verdict(), SignatureVerdict::other_key);
}

TEST_F(AMinisign, SaysWhatIsWrongWithASignature) {
  const auto good = print(signature);
  const auto why = [](const std::string& text) {
    const auto parsed = parse_signature(text);
    return parsed ? std::string("nothing") : parsed.error().message;
  };
  const std::string four = "it has not the four lines of a minisign signature";
  EXPECT_EQ(why(""), four);
  EXPECT_EQ(why(good + "\n"), four);
  EXPECT_EQ(why(good + std::string(kMinisignFileLimit, 'x')), four);
  EXPECT_EQ(why("x" + good), "its first line does not begin with \"untrusted comment: \"");
  auto text = good;
  text.replace(text.find("trusted comment: a"), 1, "T");
  EXPECT_EQ(why(text), "its third line does not begin with \"trusted comment: \"");
  text = good;
  text.insert(text.find('\n') + 1, "!");
  EXPECT_EQ(why(text), "its second line is not the base64 of 74 bytes");
  text = good;
  text.insert(text.size() - 1, "AAAA");
  EXPECT_EQ(why(text), "its fourth line is not the base64 of 64 bytes");
  text = good;
  text.replace(text.find('\n') + 1, 2, "QU");
  EXPECT_EQ(why(text), "it is a signature of an unknown algorithm, not Ed25519");
  text = good;
  text.insert(text.find("a comment"), "\x1b[2J");
  EXPECT_EQ(why(text), "its trusted comment is too long, or has control characters");
}

TEST_F(AMinisign, SaysWhatIsWrongWithAKey) {
  const auto why = [](const auto& parsed) {
    return parsed ? std::string("nothing") : parsed.error().message;
  };
  EXPECT_EQ(why(parse_public_key("RWQ")), "it has not the two lines of a minisign public key");
  EXPECT_EQ(why(parse_public_key("untrusted comment: x\nRWQ\n")),
            "its second line is not the base64 of 42 bytes");
  EXPECT_EQ(why(parse_secret_key(print(key.public_key()), "")),
            "its second line is not the base64 of 158 bytes");
  auto damaged = key;
  damaged.seed_and_point[40] ^= 1U;
  EXPECT_EQ(why(parse_secret_key(print(damaged), "")), "the secret key is damaged");
  const auto dear =
      print_locked(key, "pw", random, {kScryptInteractive.operations, kScryptInteractive.memory});
  auto text = *dear;
  text.replace(text.find('\n') + 1 + 60, 4, "////");  // Within the limits of operations and memory.
  EXPECT_EQ(why(parse_secret_key(text, "pw")),
            "it asks for more work or memory than minisign's keys do");
}

TEST_F(AMinisign, SignsNoCommentThatCouldNotBeRead) {
  EXPECT_FALSE(sign(key, digest_of(kFile), "two\nlines"));
  EXPECT_FALSE(sign(key, digest_of(kFile), std::string(kTrustedCommentLimit + 1, 'x')));
}

TEST(Digest, IsWhatB2sumPrints) {
  // printf abc | b2sum
  const std::string known =
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
  EXPECT_EQ(to_string(digest_of("abc")), known);
  EXPECT_EQ(parse_digest(known), digest_of("abc"));
  EXPECT_EQ(parse_digest(known + "0"), std::nullopt);
  EXPECT_EQ(parse_digest(known.substr(2)), std::nullopt);
  EXPECT_EQ(parse_digest("x" + known.substr(1)), std::nullopt);
}

TEST(MinisignKeyId, IsShownAsMinisignShowsIt) {
  const auto key = parse_public_key("RWSHso8htD6R3WhhtI+02bkmzOzkzHQSpFNMsp+b0WDDoRiD14raBfkC");
  ASSERT_TRUE(key);
  EXPECT_EQ(to_string(key->id), "DD913EB4218FB287");
}

}  // namespace
}  // namespace conserje
