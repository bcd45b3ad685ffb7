// What both doors share: machines behind small integers, text in and text out.
// A handle is never used twice, so that one kept after its disposal finds nothing.
//
// Texts cross as UTF-8 in views of the module's memory (emscripten::typed_memory_view): one copy each way, where embind's
// own strings take a step for each character. Texts that are given stand one behind the other in the input; a function is
// told where each ends. bindings/texts.ts is the other side.
#pragma once

#include <emscripten/bind.h>
#include <emscripten/val.h>

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
  // Room for so many bytes at least, with what is in it already. The view is valid until the next call.
  emscripten::val input(int bytes) {
    if (static_cast<int>(input_.size()) < bytes) input_.resize(static_cast<std::size_t>(bytes));
    return view(input_);
  }

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
  emscripten::val handle(int handle, double now, int event_end) {
    if (machines_.count(handle) == 0) return fail(Failure{ErrorCode::AlreadyLeft});
    Event event;
    if (!trace::read_message(protocol::parse_trusted(given(0, event_end)).root(), event)) {
      return fail(Failure{ErrorCode::InvalidArgument, "not an event"});
    }
    return handle_event(handle, now, event);
  }

  emscripten::val handle_event(int handle, double now, const Event& event) {
    const auto machine = machines_.find(handle);
    if (machine == machines_.end()) return fail(Failure{ErrorCode::AlreadyLeft});
    return answer(trace::write(machine->second->handle(Millis{static_cast<std::int64_t>(now)}, event)));
  }

  void dispose(int handle) { machines_.erase(handle); }

  emscripten::val errors() { return answer(errors_text()); }

  // The view is valid until the next call.
  emscripten::val answer(std::string text) {
    output_ = std::move(text);
    return view(output_);
  }

 private:
  static emscripten::val view(const std::string& text) {
    return emscripten::val(emscripten::typed_memory_view(text.size(), reinterpret_cast<const unsigned char*>(text.data())));
  }

  emscripten::val fail(const Failure& failure) {
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

// What every door has; a module adds how its messages are received.
template <class TheDoor>
void export_door() {
  emscripten::function("input", +[](int bytes) { return the_door<TheDoor>().input(bytes); });
  emscripten::function("create", +[](int options) { return the_door<TheDoor>().create(options); });
  emscripten::function("handle", +[](int handle, double now, int event) { return the_door<TheDoor>().handle(handle, now, event); });
  emscripten::function("dispose", +[](int handle) { the_door<TheDoor>().dispose(handle); });
}

}  // namespace meetwire::bindings
