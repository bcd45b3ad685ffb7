// Which browser operation is legal in which signalling state, and where it leads: RTCSignalingState as
// https://www.w3.org/TR/webrtc/#rtcsignalingstate-enum has it, without the provisional answer, and with rollback as
// an explicit step. A pair that is not in the table is never started.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/media.hpp"

namespace meetwire::link {

enum class Operation : std::uint8_t { MakeOffer, SetAnswer, RollBack, SetOffer, MakeAnswer, AddCandidate, SetTrack };
constexpr auto names_of(Operation) {
  return std::array<std::string_view, 7>{"make-offer",  "set-answer",    "roll-back", "set-offer",
                                         "make-answer", "add-candidate", "set-track"};
}

struct SignalingTransition {
  SignalingState from;
  Operation operation;
  SignalingState to;
};

inline constexpr std::array<SignalingTransition, 11> kSignalingTable{{
    {SignalingState::Stable, Operation::MakeOffer, SignalingState::HaveLocalOffer},
    {SignalingState::Stable, Operation::SetOffer, SignalingState::HaveRemoteOffer},
    {SignalingState::HaveLocalOffer, Operation::SetAnswer, SignalingState::Stable},
    {SignalingState::HaveLocalOffer, Operation::RollBack, SignalingState::Stable},
    {SignalingState::HaveRemoteOffer, Operation::MakeAnswer, SignalingState::Stable},
    // Neither of these touches the state.
    {SignalingState::Stable, Operation::AddCandidate, SignalingState::Stable},
    {SignalingState::HaveLocalOffer, Operation::AddCandidate, SignalingState::HaveLocalOffer},
    {SignalingState::HaveRemoteOffer, Operation::AddCandidate, SignalingState::HaveRemoteOffer},
    {SignalingState::Stable, Operation::SetTrack, SignalingState::Stable},
    {SignalingState::HaveLocalOffer, Operation::SetTrack, SignalingState::HaveLocalOffer},
    {SignalingState::HaveRemoteOffer, Operation::SetTrack, SignalingState::HaveRemoteOffer},
}};

constexpr std::optional<SignalingState> after(SignalingState from, Operation operation) {
  for (const SignalingTransition& row : kSignalingTable) {
    if (row.from == from && row.operation == operation) return row.to;
  }
  return std::nullopt;
}

}  // namespace meetwire::link
