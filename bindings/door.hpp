// What both doors share: machines behind small integers, text in and text out.
// A handle is never used twice, so that one kept after its disposal finds nothing.
//
// Texts cross through two buffers in the module's memory, whole. A text that is given is told by where it ends in the
// input, where it begins by the end of the one before; a function that answers says how long the answer is.
// bindings/texts.ts is the other side.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/fields.hpp"
#include "protocol/text.hpp"
#include "trace/codec.hpp"

namespace meetwire::bindings {

// Every error there is, so that the words exist once: [{code, blame, retryable, message}].
inline std::string errors_text() {
  protocol::TextWriter writer;
  writer.open('[');
  for (std::size_t i = 0; i < kErrorCodeCount; ++i) write_text(writer, Failure{static_cast<ErrorCode>(i)});
  writer.close(']');
  return writer.take();
}

// `Machine` is built from Options and handles Event.
template <class Machine, class Options, class Event>
class Door {
 public:
  // Room for so many bytes at least, with what is in it already; where it is holds until there has to be more.
  int input(int bytes) {
    if (static_cast<int>(input_.size()) < bytes) input_.resize(static_cast<std::size_t>(bytes));
    return address(input_);
  }
  int output() const { return address(output_); }

  std::string_view given(int begin, int end) const {
    return {input_.data() + begin, static_cast<std::size_t>(end - begin)};
  }

  // 0 when the options cannot be read.
  int create(int options_end) {
    Options options;
    if (!protocol::read(protocol::parse_trusted(given(0, options_end)).root(), options)) return 0;
    const int handle = next_handle_++;
    machines_.emplace(handle, std::make_unique<Machine>(options));
    return handle;
  }

  // {"commands": […], "wakeAt"?} or {"error": {…}} when the handle or the event is none.
  int handle(int handle, double now, int event_end) {
    if (machines_.count(handle) == 0) return fail(Failure{ErrorCode::AlreadyLeft});
    Event event;
    if (!trace::read_message(protocol::parse_trusted(given(0, event_end)).root(), event)) {
      return fail(Failure{ErrorCode::InvalidArgument, "not an event"});
    }
    return handle_event(handle, now, event);
  }

  int handle_event(int handle, double now, const Event& event) {
    const auto machine = machines_.find(handle);
    if (machine == machines_.end()) return fail(Failure{ErrorCode::AlreadyLeft});
    return answer(trace::write(machine->second->handle(Millis{static_cast<std::int64_t>(now)}, event)));
  }

  void dispose(int handle) { machines_.erase(handle); }

  int errors() { return answer(errors_text()); }

  int answer(std::string text) {
    output_ = std::move(text);
    return static_cast<int>(output_.size());
  }

 private:
  static int address(const std::string& text) { return static_cast<int>(reinterpret_cast<std::uintptr_t>(text.data())); }

  int fail(const Failure& failure) {
    protocol::TextWriter writer;
    writer.open('{');
    writer.key("error");
    write_text(writer, failure);
    writer.close('}');
    return answer(writer.take());
  }

  std::string input_;
  std::string output_;
  std::map<int, std::unique_ptr<Machine>> machines_;
  int next_handle_ = 1;
};

// The one door of a module.
template <class TheDoor>
TheDoor& the_door() {
  static TheDoor instance;
  return instance;
}

}  // namespace meetwire::bindings

// A function of the module under this name. Numbers are all that crosses: so the module needs no more around it than
// bindings/load-module.ts: the code that Emscripten writes around one that uses embind was 5 KB of what a page loads.
#define MEETWIRE_EXPORT(name) extern "C" __attribute__((export_name(#name)))

// What every door has, `door` being a function that gives it; a module adds how its messages are received.
#define MEETWIRE_EXPORT_DOOR(door)                                                  \
  MEETWIRE_EXPORT(input) int door_input(int bytes) { return door().input(bytes); }  \
  MEETWIRE_EXPORT(output) int door_output() { return door().output(); }             \
  MEETWIRE_EXPORT(create) int door_create(int options) { return door().create(options); } \
  MEETWIRE_EXPORT(handle) int door_handle(int handle, double now, int event) { return door().handle(handle, now, event); } \
  MEETWIRE_EXPORT(dispose) void door_dispose(int handle) { door().dispose(handle); }
