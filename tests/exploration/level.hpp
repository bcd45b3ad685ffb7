// The states of one depth, as bytes, one after another. What does not fit into a small buffer is in a file without a
// name: states are written once and read once, in order, so a disk serves as well as memory does.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "exploration/archive.hpp"

namespace meetwire::exploration {

class Level {
 public:
  bool empty() const { return ends_.empty(); }
  std::size_t size() const { return ends_.size(); }
  const std::vector<std::uint32_t>& parents() const { return parents_; }
  const std::vector<std::uint8_t>& actions() const { return actions_; }

  void push(const Bytes& state, std::uint32_t parent, std::uint8_t action) {
    buffer_.insert(buffer_.end(), state.begin(), state.end());
    ends_.push_back(in_file_ + buffer_.size());
    parents_.push_back(parent);
    actions_.push_back(action);
    if (buffer_.size() >= kBuffer) write();
  }

  // Some of them, copied out; several threads may read at once.
  class Part {
   public:
    Part(const Level& level, std::size_t from, std::size_t to) : level_(level), begin_(level.begin_of(from)) {
      bytes_.resize(level.begin_of(to) - begin_);
      level.read(begin_, bytes_);
    }
    const std::uint8_t* bytes_of(std::size_t at) const { return bytes_.data() + (level_.begin_of(at) - begin_); }
    std::size_t size_of(std::size_t at) const { return level_.begin_of(at + 1) - level_.begin_of(at); }

   private:
    const Level& level_;
    std::uint64_t begin_;
    Bytes bytes_;
  };

 private:
  static constexpr std::size_t kBuffer = 16 << 20;

  std::uint64_t begin_of(std::size_t at) const { return at == 0 ? 0 : ends_[at - 1]; }

  void write() {
    if (!file_) file_.reset(std::tmpfile());
    if (!file_ || std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) give_up();
    if (std::fflush(file_.get()) != 0) give_up();
    in_file_ += buffer_.size();
    buffer_.clear();
  }

  void read(std::uint64_t from, Bytes& into) const {
    std::size_t done = 0;
    while (done < into.size() && from + done < in_file_) {
      const std::size_t wanted = std::min<std::uint64_t>(into.size() - done, in_file_ - from - done);
      const auto got = pread(fileno(file_.get()), into.data() + done, wanted, static_cast<off_t>(from + done));
      if (got <= 0) give_up();
      done += static_cast<std::size_t>(got);
    }
    if (done < into.size()) {
      const auto start = buffer_.begin() + static_cast<std::ptrdiff_t>(from + done - in_file_);
      std::copy(start, start + static_cast<std::ptrdiff_t>(into.size() - done), into.begin() + static_cast<std::ptrdiff_t>(done));
    }
  }

  [[noreturn]] static void give_up() {
    std::perror("the states of a depth cannot be kept in a temporary file");
    std::exit(70);
  }

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Bytes buffer_;
  std::uint64_t in_file_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<std::uint64_t> ends_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint8_t> actions_;
};

}  // namespace meetwire::exploration
