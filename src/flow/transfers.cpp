// The files of the flow machine: offers, runs, credit, and how each transfer ends; as transfer_table.hpp has it.
//
// A run is one uninterrupted stretch of sending. The receiver begins each, and says from which byte on: so it goes on
// after a lost link, and so a damaged block is asked for again. What is still under way of an earlier run is told by
// its number.
#include <algorithm>
#include <utility>

#include "flow/body.hpp"

namespace meetwire::flow {
namespace {

constexpr std::size_t kOutcomesMax = 64;
constexpr std::int64_t kFileBytesMax = std::int64_t{1} << 53;  // beyond it JavaScript cannot count

// Some systems give whole paths as names. Only the last part is a name; what it is worth is the application's affair.
std::string bare_name(const std::string& name) {
  const std::size_t at = name.find_last_of("/\\");
  return at == std::string::npos ? name : name.substr(at + 1);
}

// What file systems take, so that a receiver can store it: a longer name loses the end of its stem and keeps its
// extension, by which people and systems know what it is.
std::string sent_name(const std::string& given, const Limits& limits) {
  const std::string name = bare_name(given);
  constexpr std::size_t kExtensionBytesMax = 32;
  const std::size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > 0 && name.size() - dot <= kExtensionBytesMax;
  const std::string extension = has_extension ? fitted_name(name.substr(dot), kExtensionBytesMax) : std::string{};
  return fitted_name(has_extension ? name.substr(0, dot) : name, limits.file_name_bytes_max - extension.size()) + extension;
}

// Every event about a transfer begins by finding it.
template <class Files>
auto* find_file(Files& files, TransferId transfer) {
  const auto found = files.find(transfer);
  return found == files.end() ? nullptr : &found->second;
}

}  // namespace

// ---- sending

void Flow::Body::on(const event::FileRequested& requested) {
  Peer& peer = peer_of(requested.peer);
  Outgoing file;
  file.name = sent_name(requested.name, limits);
  file.size = requested.size;
  // A type is a hint: one that nobody would take is left out.
  if (is_acceptable_name(requested.media_type, limits.media_type_bytes_max)) file.media_type = requested.media_type;
  if (peer.shut || peer.outgoing.size() >= limits.transfers_max) {
    return end(peer, requested.transfer, file, peer.shut ? Failure{ErrorCode::PeerMisbehaved}
                                                         : Failure{ErrorCode::RateLimited, std::to_string(limits.transfers_max) + " files are on their way there"});
  }
  if (reach_of(peer) == ChannelState::Absent) return end(peer, requested.transfer, file, Failure{ErrorCode::ChannelClosed, "they take no files"});
  peer.outgoing[requested.transfer] = file;
  if (peer.ready()) return offer_again(peer);
  if (!peer.open && !peer.lost_at) peer.lost_at = now;
}

// Offers whatever waits: what is new, and what the link's loss has interrupted.
void Flow::Body::offer_again(Peer& peer) {
  if (peer.outgoing.empty()) return;
  want_channel(peer, kFilesKey, {});
  for (auto& [transfer, file] : peer.outgoing) {
    if (advance(file, SendInput::LinkReady) == SendAction::Offer) {
      say(peer, wire::Offer{transfer, file.name, file.size, file.media_type});
    }
  }
}

SendAction Flow::Body::advance(Outgoing& file, SendInput input) {
  const SendEntry entry = send_entry(file.phase, input);
  file.phase = entry.next;
  return entry.action;
}

void Flow::Body::hear(Peer& peer, const wire::Accept& accept) {
  Outgoing* file = find_file(peer.outgoing, accept.transfer);
  if (file == nullptr) return;
  const bool whole = accept.from == file->size || accept.from % limits.file_block_bytes == 0;
  const bool good = accept.run > file->run && whole && accept.from >= file->held && accept.from <= accept.until && accept.until <= file->size;
  if (!good) {
    withdraw(peer, accept.transfer, ErrorCode::PeerMisbehaved);
    return end(peer, accept.transfer, *file, Failure{ErrorCode::PeerMisbehaved, "it asks for bytes that cannot be"});
  }
  if (advance(*file, SendInput::AcceptTold) != SendAction::Send) return;
  file->run = accept.run;
  file->held = accept.from;
  file->until = accept.until;
  file->started = false;
  const auto files = peer.channels.find(kFilesKey);
  if (files != peer.channels.end() && files->second.phase == ChannelPhase::Open) start(peer, accept.transfer, *file);
}

void Flow::Body::start(Peer& peer, TransferId transfer, Outgoing& file) {
  file.started = true;
  command(command::SendFile{peer.id, transfer, file.run, file.held, file.until});
}

// The stream of files is there: for the first time, or in place of one that died with whatever was in it.
void Flow::Body::files_opened(Peer& peer) {
  for (auto& [transfer, file] : peer.outgoing) {
    if (file.phase != SendPhase::Sending && file.phase != SendPhase::Finishing) continue;
    if (file.started) advance(file, SendInput::LinkLost);
    else start(peer, transfer, file);
  }
  offer_again(peer);
}

void Flow::Body::hear(Peer& peer, const wire::Credit& credit) {
  Outgoing* file = find_file(peer.outgoing, credit.transfer);
  if (file == nullptr || credit.run != file->run) return;
  const bool good = credit.held >= file->held && credit.held <= file->until && credit.until >= file->until && credit.until <= file->size;
  if (!good) {
    withdraw(peer, credit.transfer, ErrorCode::PeerMisbehaved);
    return end(peer, credit.transfer, *file, Failure{ErrorCode::PeerMisbehaved, "it claims bytes that were never sent"});
  }
  if (advance(*file, SendInput::CreditTold) != SendAction::Extend) return;
  file->held = credit.held;
  file->until = credit.until;
  if (file->started) command(command::ExtendFile{peer.id, credit.transfer, true, file->held, file->until});
}

void Flow::Body::on(const event::FileRead& read) {
  const auto peer = peers.find(read.peer);
  Outgoing* file = peer == peers.end() ? nullptr : find_file(peer->second.outgoing, read.transfer);
  if (file == nullptr || file->run != read.run) return;
  file->read = true;
  advance(*file, SendInput::Read);
}

void Flow::Body::hear(Peer& peer, const wire::Done& done) {
  Outgoing* file = find_file(peer.outgoing, done.transfer);
  if (file == nullptr) return;
  const SendAction action = advance(*file, SendInput::DoneTold);
  if (action == SendAction::Finish && file->read) {
    file->held = file->size;
    end(peer, done.transfer, *file, std::nullopt);
  } else if (action != SendAction::Ignore) {
    withdraw(peer, done.transfer, ErrorCode::PeerMisbehaved);
    end(peer, done.transfer, *file, Failure{ErrorCode::PeerMisbehaved, "it claims bytes that were never sent"});
  }
}

void Flow::Body::hear(Peer& peer, const wire::Refuse& refused) {
  Outgoing* file = find_file(peer.outgoing, refused.transfer);
  if (file == nullptr || advance(*file, SendInput::RefuseTold) != SendAction::Fail) return;
  std::string reason = is_acceptable_name(refused.reason, limits.call_reason_bytes_max) ? refused.reason : std::string{};
  end(peer, refused.transfer, *file, Failure{wire::code_in(refused.code), std::move(reason)});
}

void Flow::Body::withdraw(Peer& peer, TransferId transfer, ErrorCode code) {
  say(peer, wire::Withdraw{transfer, std::string(wire::code_out(code))});
}

void Flow::Body::end(Peer& peer, TransferId transfer, const Outgoing& file, std::optional<Failure> error) {
  command(command::FileEnded{peer.id, transfer, true, file.held, std::move(error)});
  peer.outgoing.erase(transfer);
}

// ---- receiving

void Flow::Body::hear(Peer& peer, const wire::Offer& offer) {
  for (const Outcome& outcome : peer.outcomes) {
    if (outcome.transfer != offer.transfer) continue;
    return outcome.error ? refuse(peer, offer.transfer, *outcome.error) : say(peer, wire::Done{offer.transfer});
  }
  if (Incoming* known = find_file(peer.incoming, offer.transfer)) {
    if (known->size != offer.size) return refuse(peer, offer.transfer, ErrorCode::FileChanged);
    const ReceiveEntry entry = receive_entry(known->phase, ReceiveInput::OfferTold);
    if (entry.action == ReceiveAction::Begin) begin_run(peer, offer.transfer, *known);
    return;
  }
  Incoming file;
  file.name = bare_name(offer.name);
  file.size = offer.size;
  file.media_type = offer.media_type;
  const bool good = offer.transfer > peer.newest_offer && offer.size >= 0 && offer.size <= kFileBytesMax &&
                    is_acceptable_name(file.name, limits.file_name_bytes_max) &&
                    is_acceptable_name(file.media_type, limits.media_type_bytes_max);
  if (!good) return refuse(peer, offer.transfer, ErrorCode::FileCancelled);
  peer.newest_offer = offer.transfer;
  if (peer.incoming.size() >= limits.transfers_max) return refuse(peer, offer.transfer, ErrorCode::RateLimited);
  peer.incoming[offer.transfer] = file;
  command(command::FileOffered{peer.id, offer.transfer, file.name, file.size, file.media_type});
}

void Flow::Body::on(const event::FileAccepted& accepted) {
  const auto peer = peers.find(accepted.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, accepted.transfer);
  if (file == nullptr) return;
  const ReceiveEntry entry = receive_entry(file->phase, ReceiveInput::Accepted);
  file->phase = entry.next;
  if (entry.action == ReceiveAction::Begin) begin_run(peer->second, accepted.transfer, *file);
}

void Flow::Body::on(const event::FileUnheard& unheard) {
  const auto peer = peers.find(unheard.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, unheard.transfer);
  if (file != nullptr) file->unheard_until = now + limits.file_listener_grace;
}

void Flow::Body::on(const event::FileHeard& heard) {
  const auto peer = peers.find(heard.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, heard.transfer);
  if (file != nullptr) file->unheard_until.reset();
}

void Flow::Body::offers_due(Peer& peer) {
  std::vector<TransferId> due;
  for (const auto& [transfer, file] : peer.incoming) {
    if (file.unheard_until && now >= *file.unheard_until) due.push_back(transfer);
  }
  for (const TransferId transfer : due) {
    on(event::FileStopped{peer.id, transfer, false, ErrorCode::FileDeclined, "nobody takes files there"});
  }
}

void Flow::Body::begin_run(Peer& peer, TransferId transfer, Incoming& file) {
  ++file.run;
  const std::int64_t until = std::min(file.size, file.held + limits.file_window_bytes);
  command(command::ReceiveFile{peer.id, transfer, file.run, file.held, until});
  say(peer, wire::Accept{transfer, file.run, file.held, until});
}

void Flow::Body::on(const event::BlockStored& stored) {
  const auto peer = peers.find(stored.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, stored.transfer);
  if (file == nullptr || receive_entry(file->phase, ReceiveInput::BlockStored).action != ReceiveAction::Extend) return;
  file->held = std::max(file->held, stored.held);
  file->retries = 0;
  // Stored, but of a run that is over: what it makes room for was said with the new one.
  if (file->run != stored.run) return;
  const std::int64_t until = std::min(file->size, file->held + limits.file_window_bytes);
  command(command::ExtendFile{peer->first, stored.transfer, false, file->held, until});
  say(peer->second, wire::Credit{stored.transfer, file->run, file->held, until});
}

void Flow::Body::on(const event::BlockDamaged& damaged) {
  const auto peer = peers.find(damaged.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, damaged.transfer);
  if (file == nullptr || file->run != damaged.run) return;
  if (receive_entry(file->phase, ReceiveInput::BlockDamaged).action != ReceiveAction::Again) return;
  if (file->retries++ < limits.file_retries_max) return begin_run(peer->second, damaged.transfer, *file);
  on(event::FileStopped{damaged.peer, damaged.transfer, false, ErrorCode::FileDamaged, ""});
}

void Flow::Body::on(const event::FileStored& stored) {
  const auto peer = peers.find(stored.peer);
  Incoming* file = peer == peers.end() ? nullptr : find_file(peer->second.incoming, stored.transfer);
  if (file == nullptr || receive_entry(file->phase, ReceiveInput::AllStored).action != ReceiveAction::Finish) return;
  file->held = file->size;
  say(peer->second, wire::Done{stored.transfer});
  end(peer->second, stored.transfer, *file, std::nullopt);
}

void Flow::Body::hear(Peer& peer, const wire::Withdraw& withdrawn) {
  if (const Incoming* file = find_file(peer.incoming, withdrawn.transfer)) {
    end(peer, withdrawn.transfer, *file, Failure{wire::code_in(withdrawn.code)});
  }
}

void Flow::Body::refuse(Peer& peer, TransferId transfer, ErrorCode code, const std::string& reason) {
  say(peer, wire::Refuse{transfer, std::string(wire::code_out(code)), reason});
}

void Flow::Body::end(Peer& peer, TransferId transfer, const Incoming& file, std::optional<Failure> error) {
  if (peer.outcomes.size() >= kOutcomesMax) peer.outcomes.erase(peer.outcomes.begin());
  peer.outcomes.push_back({transfer, error ? std::optional(error->code) : std::nullopt});
  command(command::FileEnded{peer.id, transfer, false, file.held, std::move(error)});
  peer.incoming.erase(transfer);
}

// ---- both

void Flow::Body::on(const event::FileStopped& stopped) {
  const auto found = peers.find(stopped.peer);
  if (found == peers.end()) return;
  Peer& peer = found->second;
  if (stopped.outgoing) {
    const Outgoing* file = find_file(peer.outgoing, stopped.transfer);
    if (file == nullptr) return;
    withdraw(peer, stopped.transfer, stopped.code);
    end(peer, stopped.transfer, *file, Failure{stopped.code});
  } else if (const Incoming* file = find_file(peer.incoming, stopped.transfer)) {
    refuse(peer, stopped.transfer, stopped.code, fitted_name(stopped.reason, limits.call_reason_bytes_max));
    end(peer, stopped.transfer, *file, Failure{stopped.code});
  }
}

void Flow::Body::transfers_lost(Peer& peer) {
  for (auto& [transfer, file] : peer.outgoing) advance(file, SendInput::LinkLost);
  if (peer.has_transfers() && !peer.lost_at) peer.lost_at = now;
}

void Flow::Body::end_transfers(Peer& peer, ErrorCode why) {
  peer.lost_at.reset();
  while (!peer.outgoing.empty()) {
    const auto [transfer, file] = *peer.outgoing.begin();
    end(peer, transfer, file, Failure{why});
  }
  while (!peer.incoming.empty()) {
    const auto [transfer, file] = *peer.incoming.begin();
    end(peer, transfer, file, Failure{why});
  }
}

}  // namespace meetwire::flow
