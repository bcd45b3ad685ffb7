// What both doors share: machines behind small integers, text in and text out.
// A handle is never used twice, so that one kept after its disposal finds nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
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
  // 0 when the options cannot be read.
  int create(const std::string& options_text) {
    Options options;
    if (!protocol::read(protocol::parse_trusted(options_text).root(), options)) return 0;
    const int handle = next_handle_++;
    machines_.emplace(handle, std::make_unique<Machine>(std::move(options)));
    return handle;
  }

  // {"commands": […], "wakeAt"?} or {"error": {…}} when the handle or the event is none.
  std::string handle(int handle, double now, const std::string& event_text) {
    if (machines_.count(handle) == 0) return failed(Failure{ErrorCode::AlreadyLeft});
    const auto event = trace::read_message<Event>(protocol::parse_trusted(event_text).root());
    if (!event) return failed(Failure{ErrorCode::InvalidArgument, "not an event"});
    return handle_event(handle, now, *event);
  }

  std::string handle_event(int handle, double now, const Event& event) {
    const auto machine = machines_.find(handle);
    if (machine == machines_.end()) return failed(Failure{ErrorCode::AlreadyLeft});
    return trace::write(machine->second->handle(Millis{static_cast<std::int64_t>(now)}, event));
  }

  void dispose(int handle) { machines_.erase(handle); }

 private:
  static std::string failed(const Failure& failure) {
    protocol::TextWriter writer;
    writer.open('{');
    writer.key("error");
    write_text(writer, failure);
    writer.close('}');
    return writer.take();
  }

  std::map<int, std::unique_ptr<Machine>> machines_;
  int next_handle_ = 1;
};

}  // namespace meetwire::bindings
