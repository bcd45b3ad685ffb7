// What crosses the door of the flow core, as JSON: the C++ structs of src/flow/events.hpp and commands.hpp, field by
// field. A test generates these types from the C++ and fails on any difference.

import type { ErrorCode, Failure, LinkState, Slot } from './client-types.ts';

export type Purpose = 'application' | 'files';
/** How a channel stands towards one participant. */
export type ChannelState = 'connecting' | 'open' | 'absent' | 'unreachable';

export interface FlowOptions {
  user: string;
  instance: string;
}

/** Bounds that the host keeps by itself; from src/core/limits.hpp. */
export interface FlowBounds {
  channelsMax: number;
  labelBytesMax: number;
  messageBytesMax: number;
  partialBytesMax: number;
  waitingBytesMax: number;
  bufferHigh: number;
  bufferLow: number;
  partBytesMax: number;
  blockBytes: number;
}

/** Names a transfer, together with who sends. */
interface OfTransfer {
  peer: string;
  transfer: number;
}

/** One connection since the last measurement; `…Bps`: bits a second. */
export interface MeasuredLink {
  peer: string;
  sentBps: number;
  availableBps?: number;
  roundTripMs?: number;
  lostPerMille?: number;
}

export type FlowEvent =
  | { type: 'link_opened'; peer: string }
  | { type: 'link_closed'; peer: string; alone: boolean }
  | { type: 'peer_seen'; peer: string; link: LinkState; takesData: boolean }
  | { type: 'peer_left'; peer: string }
  | { type: 'control_arrived'; peer: string; text: string }
  | { type: 'channel_requested'; label: string; ordered: boolean; maxRetransmits?: number }
  | { type: 'channel_released'; label: string }
  | { type: 'stream_made'; peer: string; stream: number; received: number }
  | { type: 'stream_lost'; peer: string; stream: number }
  | ({ type: 'file_requested'; name: string; size: number; mediaType: string } & OfTransfer)
  | ({ type: 'file_accepted' } & OfTransfer)
  | ({ type: 'file_unheard' } & OfTransfer)
  | ({ type: 'file_heard' } & OfTransfer)
  | ({ type: 'file_stopped'; outgoing: boolean; code: ErrorCode; reason: string } & OfTransfer)
  | ({ type: 'file_read'; run: number } & OfTransfer)
  | ({ type: 'block_stored'; run: number; held: number } & OfTransfer)
  | ({ type: 'block_damaged'; run: number } & OfTransfer)
  | ({ type: 'file_stored'; run: number } & OfTransfer)
  | { type: 'showing_changed'; peer: string; slot: Slot; width: number; priority: number }
  | { type: 'capture_changed'; slot: Slot; on: boolean; width: number }
  | { type: 'links_measured'; links: MeasuredLink[] }
  | { type: 'time_passed' };

export type FlowCommand =
  | { type: 'send_control'; peer: string; text: string }
  | { type: 'forget_peer'; peer: string }
  | { type: 'open_control'; peer: string }
  | { type: 'close_link'; peer: string }
  | {
      type: 'open_stream';
      peer: string;
      stream: number;
      purpose: Purpose;
      label: string;
      ordered: boolean;
      maxRetransmits?: number;
    }
  | { type: 'close_stream'; peer: string; stream: number }
  | {
      type: 'channel_changed';
      peer: string;
      purpose: Purpose;
      label: string;
      state: ChannelState;
      stream: number;
      received: number;
    }
  | ({ type: 'send_file'; run: number; from: number; until: number } & OfTransfer)
  | ({ type: 'extend_file'; outgoing: boolean; held: number; until: number } & OfTransfer)
  | ({ type: 'file_offered'; name: string; size: number; mediaType: string } & OfTransfer)
  | ({ type: 'receive_file'; run: number; from: number; until: number } & OfTransfer)
  | ({ type: 'file_ended'; outgoing: boolean; held: number; error?: Failure } & OfTransfer)
  | {
      type: 'share_changed';
      peer: string;
      slot: Slot;
      active: boolean;
      maxBitrate: number;
      scaleDownPerMille: number;
      maxFramerate: number;
    }
  | { type: 'report_problem'; peer: string; error: Failure };

/** The one member of FlowCommand with that type. */
export type FlowCommandOf<Type extends FlowCommand['type']> = Extract<FlowCommand, { type: Type }>;
