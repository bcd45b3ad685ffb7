// Sockets between the participants and one server that may restart: each keeps its order, may be lost at either end at
// different times, and may be dead while both ends still think it open. The server behind it is the real switchboard.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "room/switchboard.hpp"
#include "simulation/choices.hpp"
#include "simulation/person.hpp"
#include "simulation/recorder.hpp"
#include "simulation/schedule.hpp"
#include "simulation/script.hpp"
#include "support/kept_logs.hpp"

namespace meetwire::simulation {

// Who a classic client says that it is, as it opens its socket; see Signalling::open.
struct Place {
  RoomId room;
  UserId user;
};
struct ClassicQuery {
  UserId user;
  RoomId room;  // empty: none
  std::optional<Place> only_if_held;
  // Of a plain client it is the path, which has no user; of a codelab page it says nothing here.
  DialectName dialect = DialectName::Classic;
};

// What the host of the server takes for a proof of who somebody is.
inline std::string token_of(const UserId& user) { return "token of " + user.value; }

class Signalling {
 public:
  std::function<void(const command::Log&)> watch_log;  // the server's lines
  // The server, when it has told somebody of a call; none, when it has lost all that it knew.
  std::function<void(const room::Switchboard*)> watch_calls;
  // Who must not be heard of by anybody else, whatever it says, or only under its own name; none: nobody. And what it
  // hears of others.
  int intruder = -1;
  std::optional<std::string> intruder_name;
  std::function<void(const command::Send&)> overhear;
  // The server asks its host about everybody who comes.
  bool has_tokens = false;
  // The server's rooms outlive it: their logs are kept, and read when it starts again.
  bool keeps_logs = false;

  // An event for a client; `life`: of the person, when the socket was opened.
  using Tell = std::function<void(int who, int life, const ClientEvent& event)>;
  using Violation = std::function<void(std::string)>;

  Signalling(Schedule& schedule, Choices& choices, const Weather& weather, Recorder& recorder, Tell tell, Violation violation);

  // ---- what a client asks for
  void open(int who, int life, std::uint32_t attempt, std::optional<ClassicQuery> query = std::nullopt);
  void close(int who, int life);
  // `only_if_held`: what comes to the server while nobody has that place is forgotten.
  void send(int who, int life, const command::Send& send, std::optional<Place> only_if_held = std::nullopt);

  // The server, for the first time; what is above has been said.
  void begin() { start_server(); }

  // ---- what goes wrong
  void cut(int who, Millis server_notices);
  void half_open(int who, Millis noticed);
  // The tab is gone: the operating system closes the socket.
  void vanish(int who);
  void restart_server(Millis away);
  // From now on the server is up, and every dead socket is seen as such.
  void calm_down();

  bool is_server_up() const { return server_ != nullptr; }
  std::size_t held() const { return server_ ? server_->held() : 0; }
  std::uint64_t events() const { return events_; }
  std::uint64_t frames() const { return frames_; }
  Millis last_frame() const { return last_frame_; }

 private:
  struct Socket {
    int who = 0;
    int life = 0;
    std::uint32_t attempt = 0;
    bool client_open = false;
    bool server_open = false;
    bool dead = false;  // frames vanish
    Millis to_server_at{0}, to_client_at{0};  // when the last frame on its way arrives: none overtakes another
  };

  Millis takes() { return choices_.between(weather_.frame_takes_least, weather_.frame_takes_most); }
  Millis arrival(Millis& last);
  std::optional<ConnectionId> socket_of(int who, int life) const;
  void tell_server(const RoomEvent& event);
  void look_for_calls(const RoomEvent& event, const std::vector<RoomCommand>& commands);
  bool is_held(const Place& place) const;
  void check_reach(const RoomEvent& event, const std::vector<RoomCommand>& commands);
  void answer(const command::Authorize& question);
  void deliver(const command::Deliver& deliver);
  void close_by_server(const ConnectionId& id);
  void lost_at_client(const ConnectionId& id, Millis delay, std::string reason);
  void lost_at_server(const ConnectionId& id, Millis delay, bool deliberate);
  void start_server();
  void read_logs();
  void wake_server();

  Schedule& schedule_;
  Choices& choices_;
  const Weather& weather_;
  Recorder& recorder_;
  Tell tell_;
  Violation violation_;
  std::unique_ptr<room::Switchboard> server_;
  test::KeptLogs logs_;
  std::map<std::string, std::string> rooms_before_;  // as the last server had them when it was killed
  std::uint64_t server_life_ = 0;
  std::optional<Millis> server_wake_at_;
  std::uint64_t server_wake_token_ = 0;
  std::map<ConnectionId, Socket> sockets_;
  std::uint64_t opened_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t frames_ = 0;
  Millis last_frame_{0};
};

}  // namespace meetwire::simulation
