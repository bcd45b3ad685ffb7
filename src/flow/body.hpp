// The inside of the flow machine, shared by the files that implement it: flow.cpp routes and minds the links,
// channels.cpp the channels, transfers.cpp the files, shares.cpp the uplink.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/channel_table.hpp"
#include "flow/flow.hpp"
#include "flow/transfer_table.hpp"
#include "flow/uplink.hpp"
#include "flow/wire.hpp"

namespace meetwire::flow {

// How the application wants a channel.
struct ChannelWish {
  bool ordered = true;
  std::optional<std::uint32_t> max_retransmits;
};

// Which channel: of the application's by their label, or that of the files.
struct ChannelKey {
  Purpose purpose = Purpose::Application;
  std::string label;
  friend bool operator==(const ChannelKey&, const ChannelKey&) = default;
  friend bool operator<(const ChannelKey& a, const ChannelKey& b) {
    return a.purpose != b.purpose ? a.purpose < b.purpose : a.label < b.label;
  }
};
inline const ChannelKey kFilesKey{Purpose::Files, ""};

struct Channel {
  ChannelPhase phase = ChannelPhase::Closed;
  StreamId stream = 0;
  ChannelWish wish;
  std::uint32_t received = 0;     // as StreamMade said
  std::uint32_t there = 0;        // as the other side says: what has arrived of ours
  std::uint32_t failures = 0;
  std::optional<Millis> opened_at;
  std::optional<Millis> deadline;
};

struct Outgoing {
  SendPhase phase = SendPhase::Waiting;
  std::string name;
  std::int64_t size = 0;
  std::string media_type;
  std::uint32_t run = 0;
  std::int64_t held = 0;   // by the receiver's word
  std::int64_t until = 0;
  bool started = false;    // the host has been told to send this run
  bool read = false;       // all of it was handed over once
};

struct Incoming {
  ReceivePhase phase = ReceivePhase::Offered;
  std::string name;
  std::int64_t size = 0;
  std::string media_type;
  std::uint32_t run = 0;
  std::int64_t held = 0;
  std::uint32_t retries = 0;
  std::optional<Millis> unheard_until;  // nobody listens for files here, so far
};

// What is remembered of a transfer that is over here, for a sender that has not heard of it.
struct Outcome {
  TransferId transfer = 0;
  std::optional<ErrorCode> error;
};

struct Peer {
  UserId id;
  LinkState link = LinkState::Connecting;  // as the meeting shows it
  bool takes_data = true;
  bool open = false;    // the control channel
  bool shut = false;    // for good, with this connection: the other side broke the rules
  bool said = false;    // our hello
  bool heard = false;   // theirs
  std::string instance;
  std::optional<Millis> hello_at;
  std::uint32_t hellos = 0;
  std::optional<Millis> reopen_at;
  std::uint32_t reopened = 0;
  std::optional<Millis> lost_at;  // transfers wait for the link since then
  StreamId newest_stream = 0;
  std::map<ChannelKey, Channel> channels;
  std::map<TransferId, Outgoing> outgoing;
  std::map<TransferId, Incoming> incoming;
  TransferId newest_offer = 0;
  std::vector<Outcome> outcomes;
  // Token bucket, in thousandths of a message.
  std::int64_t tokens = 0;
  Millis tokens_at{0};

  std::map<Slot, Shown> showing;  // of theirs, here
  std::map<Slot, Shown> shown;    // of ours, there, as they say

  bool ready() const { return open && said && heard; }
  bool has_transfers() const { return !outgoing.empty() || !incoming.empty(); }
};

struct Flow::Body {
  explicit Body(FlowOptions given) : options(std::move(given)) {}

  // ---- flow.cpp: routing, links
  void on(const event::LinkOpened& opened);
  void on(const event::LinkClosed& closed);
  void on(const event::PeerSeen& seen);
  void on(const event::PeerLeft& left);
  void on(const event::ControlArrived& arrived);
  void on(const event::TimePassed&) {}
  Peer& peer_of(const UserId& id);
  void hear(Peer& peer, const wire::Hello& hello);
  void say_hello(Peer& peer);
  bool has_business(const Peer& peer) const;
  // After an event: whoever there is something to say to is greeted, what is due is done.
  void settle();
  void settle(Peer& peer);
  void become_ready(Peer& peer);
  void lose_link(Peer& peer);
  // What the channels to somebody are while no control channel leads there, or nobody answers on it.
  ChannelState reach_of(const Peer& peer) const;
  void show_reach(const Peer& peer);
  void misbehaved(Peer& peer, std::string what);
  bool within_rate(Peer& peer);
  std::optional<Millis> wake_at() const;

  // ---- channels.cpp
  void on(const event::ChannelRequested& requested);
  void on(const event::ChannelReleased& released);
  void on(const event::StreamMade& made);
  void on(const event::StreamLost& lost);
  void hear(Peer& peer, const wire::Open& open);
  void hear(Peer& peer, const wire::Opened& opened);
  void hear(Peer& peer, const wire::Absent& absent);
  void hear(Peer& peer, const wire::Closed& closed);
  void want_channels(Peer& peer);
  void want_channel(Peer& peer, const ChannelKey& key, const ChannelWish& wish);
  void drive(Peer& peer, const ChannelKey& key, Channel& channel, ChannelInput input);
  void make_stream(Peer& peer, const ChannelKey& key, Channel& channel);
  void give_up_stream(Peer& peer, Channel& channel);
  void retry(Peer& peer, const ChannelKey& key, Channel& channel);
  void show(const Peer& peer, const ChannelKey& key, const Channel& channel, ChannelState state);
  void channels_due(Peer& peer);
  StreamId next_stream(Peer& peer) const;

  // ---- transfers.cpp
  void on(const event::FileRequested& requested);
  void on(const event::FileAccepted& accepted);
  void on(const event::FileUnheard& unheard);
  void on(const event::FileHeard& heard);
  void offers_due(Peer& peer);
  void on(const event::FileStopped& stopped);
  void on(const event::FileRead& read);
  void on(const event::BlockStored& stored);
  void on(const event::BlockDamaged& damaged);
  void on(const event::FileStored& stored);
  void hear(Peer& peer, const wire::Offer& offer);
  void hear(Peer& peer, const wire::Accept& accept);
  void hear(Peer& peer, const wire::Credit& credit);
  void hear(Peer& peer, const wire::Done& done);
  void hear(Peer& peer, const wire::Refuse& refuse);
  void hear(Peer& peer, const wire::Withdraw& withdraw);
  void offer_again(Peer& peer);
  void files_opened(Peer& peer);
  void start(Peer& peer, TransferId transfer, Outgoing& file);
  void transfers_lost(Peer& peer);
  void end_transfers(Peer& peer, ErrorCode why);
  SendAction advance(Outgoing& file, SendInput input);
  void begin_run(Peer& peer, TransferId transfer, Incoming& file);
  void end(Peer& peer, TransferId transfer, const Outgoing& file, std::optional<Failure> error);
  void end(Peer& peer, TransferId transfer, const Incoming& file, std::optional<Failure> error);
  void refuse(Peer& peer, TransferId transfer, ErrorCode code, const std::string& reason = {});
  void withdraw(Peer& peer, TransferId transfer, ErrorCode code);

  // ---- shares.cpp
  void on(const event::ShowingChanged& changed);
  void on(const event::CaptureChanged& changed);
  void on(const event::LinksMeasured& measured);
  void hear(Peer& peer, const wire::Show& show);
  void show_again(Peer& peer);
  void forget_shown(Peer& peer);
  void share();
  void share_among(std::set<UserId> reached);
  void tell_share(const UserId& peer, Slot slot, const Share& share);

  // What is said before the other side is known to listen would be lost: it is said anew once the link is ready.
  void say(Peer& peer, const wire::Message& message) {
    if (peer.ready()) command(command::SendControl{peer.id, wire::write(message)});
  }
  template <class Command>
  void command(Command value) {
    commands.emplace_back(std::move(value));
  }

  FlowOptions options;
  Limits limits;
  std::map<std::string, ChannelWish> wishes;
  std::map<UserId, Peer> peers;
  Uplink uplink;
  bool uplink_changed = false;
  std::set<UserId> budgeted;                   // whom it knows
  std::set<std::pair<UserId, Slot>> limited;  // what the host was told bounds for

  // Of the event being handled.
  Millis now{0};
  std::vector<FlowCommand> commands;
};

}  // namespace meetwire::flow
