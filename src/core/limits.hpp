// Every bound and time-out, with its reason. The server hands its own copy to the client at admission.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace meetwire {

struct Limits {
  // -- messages
  // A session description with eight m-lines is about 12 KiB; four of them travel in one batch.
  std::size_t message_bytes_max = 64 * 1024;
  // Our deepest message has 6 levels; recursion over 32 costs little stack anywhere.
  std::size_t message_depth_max = 32;
  // Messages in one envelope: a newcomer's offers to a room of 64.
  std::size_t batch_messages_max = 64;
  std::size_t id_bytes_max = 128;
  std::size_t name_bytes_max = 128;
  std::size_t token_bytes_max = 4096;
  std::size_t chat_bytes_max = 16 * 1024;

  // -- links
  // Chromium gathers about 4 candidates an interface and component; VPN-laden hosts show 60.
  std::size_t candidates_per_generation_max = 256;
  // Real candidates are under 200 bytes; mDNS names and TCP types included.
  std::size_t candidate_bytes_max = 1024;
  std::size_t description_bytes_max = 48 * 1024;
  // Messages kept for a peer's replay request, and kept while a gap is open.
  std::size_t pair_unacknowledged_max = 64;
  std::size_t pair_reorder_max = 32;
  // Candidates gathered within this time travel together.
  Millis candidate_batch_window{20};
  // An offer or message unacknowledged for this long is sent again: twice a bad round trip.
  Millis pair_resend_after{3'000};
  // What came in and is answered by nothing else is acknowledged after this long.
  Millis pair_acknowledge_after{1'000};
  // How far ahead of ours a peer's incarnation may be. Each side can have missed a few restarts, never this many.
  std::uint32_t incarnation_leap_max = 1'000;
  // A link that ends because both are viewers, and begins again, begins so much higher: more than it can have counted.
  std::uint32_t incarnations_between_crossings = 50;
  // A link that has an own offer outstanding and has heard nothing new of the peer for this long starts a new incarnation.
  // Two bad ways there and back, with the second before an acknowledgement, or a busy browser's work on the answer: one
  // after the other they take longer, so what shows that the peer is at it begins the time anew. With the jitter it may
  // be a quarter less.
  Millis offer_deadline{10'000};
  // From the first description until connected. ICE needs up to 10 s on TURN over TCP.
  Millis connect_deadline{15'000};
  // Browsers report a lost path after 5 to 7 s; most holes heal by themselves shortly after.
  Millis disconnected_grace{3'000};
  // An ICE restart that has not connected by then gives way to a new incarnation.
  Millis ice_restart_deadline{10'000};
  // Whoever is polite waits this much longer before it restarts, so that the two seldom do it at once.
  Millis polite_restart_delay{2'000};
  // A connection that has held this long forgets the restarts before it.
  Millis stable_after{10'000};
  // Waits between restarts double from the first to the last.
  Millis restart_backoff_min{1'000};
  Millis restart_backoff_max{30'000};
  // After so many new incarnations without a connection the link is reported as failed; it goes on trying
  // at the longest wait.
  std::uint32_t restarts_before_failed = 3;
  // A member that numbers nothing and has not offered by then is offered to: some pages never offer. A newcomer's offer
  // takes two round trips, and its camera some time to open.
  Millis unnumbered_offer_grace{1'000};
  // Somebody in a codelab room is said to be gone, and his connection ends within this: then it is true. Browsers report a
  // closed one at once, or after 5 to 7 s.
  Millis rumour_window{10'000};
  // A member that may not listen yet is told the own offer again so often, until it answers: a page that waits for its
  // user's permission drops what comes before. When it shows a sign of life, no later than the second one.
  Millis unheard_offer_repeat_after{3'000};
  Millis unheard_offer_repeat_min{1'000};
  // Media changes closer together than this share one offer.
  Millis negotiation_batch_window{50};

  // -- session
  // For a server that shows no sign of life on any way: what a person waits for. It is also the longest for one socket.
  Millis transport_deadline{10'000};
  // The first socket of a series has so long for a sign, then the other way is tried: some proxies swallow WebSockets, or
  // long polling, without a word. Nearly all lines are quicker, and the second try still leaves time for a slow one.
  Millis transport_first_deadline{3'500};
  // What follows the sign is one round trip more, so it may take a few times what the sign took.
  std::uint32_t transport_rest_factor = 3;
  // Until the server has answered the hello: a round trip of 5 s, and the application's 5 s to authorize it.
  Millis hello_deadline{10'000};
  // A classic server loses what it is asked before it listens. It is asked again after this long, then after twice as long.
  Millis question_repeat_after{500};
  // Waits before a lost socket is opened again grow by half from the first to the last, each taken between a half and three
  // halves of it. A single lost socket is soon back, and so is everybody after the second or two that a process takes to start
  // again. Its clients all try at about the same time at first, in vain; at each later try they are further apart: of a
  // thousand nearly all are back within two seconds after an outage of two, and fewer than forty come within any tenth of a
  // second after one of twenty.
  Millis reconnect_delay_min{500};
  Millis reconnect_delay_max{10'000};
  Millis leave_flush{250};            // how long a leaving client waits for its last message to go out
  Millis request_deadline{15'000};    // chat without a receipt for this long fails, if not reconnecting
  // An unanswered one goes out again after this: the bad round trip of a bad network, twice.
  Millis chat_repeat_after{4'000};
  // What goes out at once stays in one envelope, even where every byte of a text becomes six ("\u0001").
  std::size_t chat_batch_messages_max = 32;
  std::size_t chat_batch_bytes_max = 8 * 1024;
  std::size_t requests_pending_max = 256;
  std::size_t chat_history_max = 500;
  // Whoever types says so at most this often, and is shown to be typing for a little longer than twice that: one notice
  // may be lost.
  Millis typing_repeat_after{3'000};
  Millis typing_shown_for{7'000};
  // Sockets tried before a first join is given up; a server that restarts is back by the third.
  std::uint32_t first_join_tries_max = 3;
  // A lost meeting is tried again for at least this long: a server's restart takes less than a minute. As long as anybody
  // is still seen and heard it goes on past that, and this begins when the last connection is lost. It is also how long one
  // of the others is waited for whose connection is lost while the server says nothing: by then he has given up too.
  Millis rejoin_deadline{60'000};
  // A newcomer's first offers wait this long for one another, to leave in one envelope.
  Millis first_offers_window{50};
  // Received messages are acknowledged after so many or so long, unless something else is said before.
  std::uint32_t acknowledge_messages_max = 32;
  Millis acknowledge_after{5'000};
  // A word about a call that the server has not answered is said again after this long: twice a bad round trip.
  Millis call_resend_after{3'000};
  // While a call rings the server is asked this often how it stands: an answer lost must not ring for ever.
  Millis call_check_after{10'000};
  // Calls of one client at a time. There is one, two while calls cross; more is a server's mistake.
  std::size_t calls_live_max = 8;
  // Rings that are over, known by a client for the case that a server which has forgotten them is asked anew for one. Far
  // more than ring in the two minutes for which a server remembers them.
  std::size_t calls_over_remembered_max = 32;
  // What somebody says who rejects a call or hangs up: a sentence.
  std::size_t call_reason_bytes_max = 256;
  // Media that the server has not confirmed by then is announced again, a few times: it may be an older server, which
  // confirms nothing.
  Millis announcement_repeat_after{5'000};
  std::uint32_t announcement_repeats_max = 3;
  // Resumes for the sake of one gap. Each may be lost too; a server that cannot fill it after these never will.
  std::uint32_t gap_resumes_max = 5;
  // A device that is lost gives way to another. So often within this time, and no more: one that breaks at once, again
  // and again, must not be asked for for ever. A dock with three microphones goes in a second.
  std::uint32_t device_fallbacks_max = 3;
  Millis device_fallback_window{10'000};
  // An application's own function for ICE servers is asked again after so long, where the server names no time. Shorter
  // than the life of any credentials that are handed out.
  Millis ice_renewal_after{600'000};
  // A renewal without an answer, or with a refusal, is tried again after so long, and twice as long each time.
  Millis renewal_retry_min{10'000};
  Millis renewal_retry_max{80'000};
  // Rows taken from a server's roster. Far above any mesh; below the 500 connections that a Chromium page may have.
  std::size_t roster_members_max = 128;
  // Ids of a classic server that are not what people call themselves: as many as a large roster has rows, several times.
  std::size_t encoded_ids_max = 512;
  // A plain server gives up who has said once that it lives, and not again for so long; it tells nobody. Three of these may
  // be late, as of a page in the background.
  Millis plain_silence_max{20'000};
  Millis keep_alive_every{5'000};
  // Messages kept that came before the welcome: classic servers do not order them.
  std::size_t early_messages_max = 256;

  // -- data and files between two participants
  // Labels that an application opens. Each costs a stream for every participant.
  std::size_t channels_max = 32;
  std::size_t channel_label_bytes_max = 128;
  // Streams are numbered up to what Chromium has; Firefox has more.
  std::uint32_t stream_max = 1'022;
  // One message on the control channel; the longest is the offer of a file with a long name.
  std::size_t control_bytes_max = 4 * 1024;
  // Token bucket of control messages from one participant: 250 MB of a file are 1,000 of them.
  std::uint32_t control_messages_per_second = 1'000;
  std::uint32_t control_burst = 4'000;
  // A hello that is not answered goes out again: the other side may have to fetch its half of the program first.
  Millis flow_hello_repeat_after{3'000};
  std::uint32_t flow_hello_repeats_max = 10;
  // A channel proposed for so long without an answer is proposed again.
  Millis channel_proposal_deadline{10'000};
  // What is sent on a label that nobody has opened there yet waits for so long: the application there may be about to.
  // Pages open their channels when they have joined, and some fetch a part of their own first.
  Millis channel_absent_grace{5'000};
  // An offered file waits so long for the application there to listen for files, for the same reason.
  Millis file_listener_grace{5'000};
  // A channel that dies is rebuilt at once; one that dies again soon waits, longer each time.
  Millis channel_retry_min{250};
  Millis channel_retry_max{10'000};
  Millis channel_stable_after{10'000};
  // The longest message of a channel: it has to be held in memory until it is whole.
  std::uint32_t channel_message_bytes_max = 16 * 1024 * 1024;
  // Parts of unordered messages that wait for the rest of theirs, from one participant.
  std::uint32_t channel_partial_bytes_max = 32 * 1024 * 1024;
  // What an application may have given to one channel and participant without waiting for it to be taken.
  std::uint32_t channel_waiting_bytes_max = 256 * 1024 * 1024;
  // What lies in a browser's buffer before we wait: Chromium refuses beyond 16 MiB, and what lies there cannot be
  // taken back. The lower mark is where it is filled again.
  std::uint32_t channel_buffer_high = 2 * 1024 * 1024;
  std::uint32_t channel_buffer_low = 512 * 1024;
  // One part of a message: what every browser takes and none is slow with.
  std::uint32_t channel_part_bytes_max = 256 * 1024;
  // A file travels, is checked and is stored in blocks of this size.
  std::uint32_t file_block_bytes = 256 * 1024;
  // How far a sender may be ahead of what the receiver has stored. At 100 ms round trip this allows 80 MB a second.
  std::uint32_t file_window_bytes = 8 * 1024 * 1024;
  std::size_t file_name_bytes_max = 255;  // what file systems take
  std::size_t media_type_bytes_max = 127;
  // Transfers with one participant, each way: offered, or under way.
  std::size_t transfers_max = 64;
  // A damaged block is asked for again so often.
  std::uint32_t file_retries_max = 3;
  // A transfer waits this long for a lost participant: as long as links try to come back, twice over.
  Millis file_resume_window{120'000};

  // -- who speaks, how good it is. Loudness is of 10,000, a full-scale amplitude.
  // Speech at a normal distance is louder than -34 dBov in every second syllable; a fan is under -40 dBov.
  std::uint32_t voice_loud = 200;
  std::uint32_t voice_quiet = 100;
  // A pause for breath is shorter.
  Millis voice_hold{1'000};
  // Over how long loudness is smoothed, when one voice is compared with another: two syllables.
  Millis voice_smooth{500};
  // How long somebody has to speak into another's silence to be the one to look at: longer than "yes" and "right".
  Millis speaker_takes_over_after{600};
  // How long one has to be half as loud again as the one who speaks.
  Millis speaker_outshouts_after{2'000};
  // Who talks for so long while muted means to be heard; a cough is shorter. And who was told once is not nagged.
  Millis muted_talk_after{500};
  Millis muted_talk_again_after{10'000};
  // Often enough for a ring around a face. Seven receivers and a sender are asked each time: more often would cost more
  // than 2 % of a core, with what follows.
  Millis levels_measured_every{250};
  // getStats walks through all of a connection, and the other side reports every one to five seconds.
  Millis links_measured_every{2'000};
  // So many measurements in a row until a score falls or rises: one bad moment is none yet.
  std::uint32_t quality_falls_after = 2;
  std::uint32_t quality_rises_after = 3;

  // -- room
  // A full mesh of 12 is 11 uplinks a head: beyond what home connections carry.
  std::size_t participants_max = 12;
  // With a plain client in it: that has one connection, and takes what anybody says for its other end's.
  std::size_t plain_participants_max = 2;
  std::size_t rooms_max = 10'000;
  // Those who are online in no room. What each costs is a place without a roster.
  std::size_t online_max = 10'000;
  // A member whose socket was lost keeps its place for this long.
  Millis resume_window{30'000};
  // What opens a place is at least so long: 128 random bits, however they are written.
  std::size_t secret_bytes_min = 16;
  // Places given up whose secret still leads back past a lock and a lobby, as long as the room is there. Twice a large
  // mesh.
  std::size_t former_places_max = 64;
  // In a full room the place of one who is away is given to a newcomer; of one who has ever said or acknowledged
  // something only after this long: by then most who can come back have done so.
  Millis resume_protected{10'000};
  // Frames kept for a member until it acknowledges them.
  std::size_t resume_messages_max = 512;
  std::size_t resume_bytes_max = 1024 * 1024;
  // What a member has not acknowledged by then goes out to it again: twice what a client waits before it does.
  Millis room_repeat_after{10'000};
  Millis room_repeat_after_max{60'000};
  // The server closes a connection that has not said hello by then: silent sockets cost memory. A line with a round trip
  // of 5 s needs that long from the server's word that the socket is open to its own hello.
  Millis server_hello_deadline{8'000};
  // Renewals of one connection: each has the host judge a token.
  Millis renewal_interval_min{1'000};
  // The application's answer about a newcomer.
  Millis authorization_deadline{5'000};
  // Whose id a newcomer claims has so long to answer a ping before it counts as lost: several bad round trips, and
  // far less than the 45 s after which socket.io would notice. The newcomer waits a little longer than that.
  Millis probe_deadline{2'000};
  Millis probe_wait{3'000};
  // How long a call rings, unless the caller says otherwise, and within which bounds it may.
  Millis call_ring_time{30'000};
  Millis call_ring_time_min{1'000};
  Millis call_ring_time_max{120'000};
  // An ended call is remembered for so long, so that whoever comes back late learns the same outcome as the other, and
  // a retry has no second effect. Longer than anybody tries to come back.
  Millis call_remembered{120'000};
  // Calls of one caller that are remembered at a time.
  std::size_t calls_remembered_max = 32;
  // Open calls of one classic client outside of rooms.
  std::size_t calls_open_max = 64;
  // What the signalling of a classic member's calls may take while they ring: an offer and its candidates, several times.
  std::size_t calls_held_bytes_max = 256 * 1024;
  // Token bucket of each connection. A joiner of a full room sends about 12 offers and 100 candidates.
  std::uint32_t rate_messages_per_second = 100;
  std::uint32_t rate_burst = 500;
  // A connection that was over the rate this many times is closed.
  std::uint32_t rate_strikes_max = 1'000;
  // What one connection says, in bytes. Twice the offers to a room of 64 at once.
  std::uint32_t input_bytes_per_second = 512 * 1024;
  std::uint32_t input_bytes_burst = 2 * 1024 * 1024;
  // What one connection makes the server send: bytes times audience. The longest chat message to a room of 12 is 180 KB,
  // a newcomer's signalling there about 200 KB; the longest to a room of 1,000 is paid for within 16 s. Whoever has spent
  // it is refused until there is some again, as each megabyte keeps the others waiting for some milliseconds.
  std::uint32_t spending_bytes_per_second = 1024 * 1024;
  std::uint32_t spending_bytes_burst = 2 * 1024 * 1024;
  // The same for all connections of an address, which counts as long as the process has spent what it may: so a school
  // behind one address is not held back by a server that has nothing else to do.
  std::uint32_t address_bytes_per_second = 2 * 1024 * 1024;
  std::uint32_t address_bytes_burst = 4 * 1024 * 1024;
  // About half of what one core of a small machine can send.
  std::uint32_t process_bytes_per_second = 16 * 1024 * 1024;
  std::uint32_t process_bytes_burst = 8 * 1024 * 1024;
  // What is held: of one address, of one room, in all. It is what members have not acknowledged, and what is kept for those
  // who are not in yet; and also places, those given up and those barred too, attributes, metadata, the chat that is kept, the
  // answers and calls that are remembered. All signalling of 64 who come back at once is 50 MB for some seconds. Whose
  // address holds too much is refused; a room, or a process, that holds too much gives up first what those have who have
  // acknowledged least, with their places if they are away, then its chat, remembered answers and calls that are over.
  // Memory of WebAssembly grows to the most that was ever held (MAXIMUM_MEMORY in CMakeLists.txt leaves room for that).
  std::size_t address_held_bytes_max = 64 * 1024 * 1024;
  std::size_t room_held_bytes_max = 32 * 1024 * 1024;
  std::size_t process_held_bytes_max = 256 * 1024 * 1024;
  // Of a room's log, where it is kept: as long as it is shorter than this, and than twice what came of it, it is not cut.
  // Reading so much takes a few milliseconds, and writing what came of it costs a fraction of having written the entries.
  std::size_t log_bytes_min = 64 * 1024;
  // Messages that the passing of time may have in one step; the rest follows in the next one.
  std::size_t step_deliveries_max = 4'096;
  // Chat ids remembered a member, so that a retry has no second effect. Like requests, they are charged for: with the
  // longest ids these two take 170 KB a member.
  std::size_t chat_ids_remembered_max = 256;
  // -- presence
  // Attributes of one member, all keys and values together. They travel with each change of the row, and with the rows
  // of the largest roster in one envelope of 256 KiB.
  std::size_t attributes_bytes_max = 2 * 1024;
  // The room's metadata: once for everybody.
  std::size_t metadata_bytes_max = 8 * 1024;
  // A reaction is an emoji: the longest of Unicode 16 has 35 bytes.
  std::size_t reaction_bytes_max = 64;
  // Reactions of one member: what two hands can do. Each goes to everybody.
  std::uint32_t reactions_per_second = 4;
  std::uint32_t reactions_burst = 10;
  // All texts of one request together: the metadata, written with escapes.
  std::size_t request_bytes_max = 10 * 1024;
  // Requests of one member whose outcome is remembered, so that a retry has no second effect. A client has one envelope
  // of them under way.
  std::size_t requests_remembered_max = 128;
  // Who knocks at a time. A host who has to look through more would rather lock the room.
  std::size_t lobby_max = 64;
  // Who was removed, and may not come again.
  std::size_t removed_max = 256;
  // What a room keeps of its chat for those who come later: enough to read up on, fewer than the ids that a client
  // remembers of one sender, and as JSON, even where every byte becomes six, less than what it reads of a welcome.
  std::size_t chat_kept_messages_max = 100;
  std::size_t chat_kept_bytes_max = 24 * 1024;
  // "Is typing" goes out no more often than this for each member, whatever its client says.
  Millis typing_interval_min{1'000};
  // Unknown messages from a connection, counted; the first of each batch is logged.
};

inline constexpr Limits kDefaultLimits{};

// The uplink that all links of a mesh share. Apart from the others, since only the part that minds it needs them.
struct UplinkLimits {
  // Below, there is nothing to share.
  std::size_t links_min = 2;
  std::uint32_t priority_max = 1;
  // What most lines carry upwards; found out from there in either direction.
  std::int64_t budget_at_first = 1'500'000;
  std::int64_t budget_min = 64'000;
  std::int64_t budget_max = 50'000'000;
  // A picture grows at the earliest so long after its last change, and with so much room.
  Millis grow_after{4'000};
  // One that was not to be seen comes back sooner: somebody waits for it.
  Millis appear_after{1'000};
  std::int64_t room_per_mille = 870;
  // The line ends where this much is lost on the links together: radio loses 1 or 2 % without being full.
  std::int64_t lost_per_mille_max = 50;
  // A queue in front of the line: round trips of all links grow together.
  std::int64_t queue_ms = 150;
  Millis round_trips_for{30'000};
  // After the line was full, it is tried again after this long, and twice as long each time that it was full again.
  Millis widen_wait_min{6'000};
  Millis widen_wait_max{60'000};
  // How much wider, and at most how often: little enough that a modem's queue shows it before anything is lost.
  std::int64_t widen_per_mille_unknown = 1'150;
  std::int64_t widen_per_mille = 1'080;
  Millis widen_every{2'000};
  // A measurement sees what was sent before: the effect of narrowing shows after this long.
  Millis narrow_every{2'000};
  // A browser's estimate does not grow over what is sent: sound and the smallest picture are always tried.
  std::int64_t link_cap_min = 140'000;
};
inline constexpr UplinkLimits kUplinkLimits{};

}  // namespace meetwire
