// A client's trace in words: who joined, who offered, what collided, what was restarted and why, what was lost.
// It tells what it sees in events and commands, and decides nothing.

import type { Message, TraceEntry } from './trace-file.ts';
import { codeOf, descriptionIn, fieldsOf, listOf, messagesIn, textOf } from './messages.ts';

/** What the story remembers of one of the others. */
interface Other {
  name: string;
  /** An own offer is being made or waits for its answer. */
  offering: boolean;
  /** An offer of theirs came meanwhile. */
  crossed: boolean;
  path: string;
  /** What may be the reason for the next restart. */
  trouble: string;
}

export class ClientStory {
  readonly #me: string;
  readonly #room: string;
  readonly #others = new Map<string, Other>();
  #lines: string[] = [];

  constructor(options: Readonly<Record<string, unknown>>) {
    this.#me = textOf(options['name']) || textOf(options['user']);
    this.#room = textOf(options['room']);
  }

  /** The sentences about one entry; often none. */
  tell({ event, step }: TraceEntry): string[] {
    this.#lines = [];
    const commands = step?.commands ?? [];
    this.#happened(event, commands);
    for (const command of commands) this.#command(command);
    if (step === null) this.#say('The core died here.');
    if (step?.error !== undefined) this.#say(`The core refused this event: ${codeOf(step.error)}.`);
    return this.#lines;
  }

  #say(line: string): void {
    this.#lines.push(line);
  }

  #other(user: unknown): Other {
    const id = textOf(user);
    let other = this.#others.get(id);
    if (!other) this.#others.set(id, (other = { name: id, offering: false, crossed: false, path: '', trouble: '' }));
    return other;
  }

  #named(row: unknown): Other {
    const { user, name } = fieldsOf(row);
    const other = this.#other(user);
    if (textOf(name)) other.name = textOf(name);
    return other;
  }

  // ---- what happened

  #happened(event: Message, commands: readonly Message[]): void {
    const me = this.#me;
    switch (event.type) {
      case 'join_requested':
        return this.#say(`${me} asks to join ${this.#room}.`);
      case 'leave_requested':
        return this.#say(`${me} leaves.`);
      case 'source_requested':
        return this.#say(`${me} wants the ${textOf(event['source'])} ${textOf(event['wanted'])}.`);
      case 'room_requested':
        return this.#say(`The application asks the room: ${[textOf(event['action']), textOf(event['user'])].filter(Boolean).join(' ')}.`);
      case 'chat_requested':
        return this.#say(`${me} writes to ${event['to'] === undefined ? 'all' : this.#other(event['to']).name} (${textOf(event['text']).length} characters).`);
      case 'transport_opened':
        return this.#say(`The socket is open (attempt ${String(event['attempt'])}).`);
      case 'transport_closed':
        return this.#say(`The socket is lost: ${textOf(event['reason'])}.`);
      case 'message_arrived':
        return messagesIn(event).forEach((message) => this.#arrived(message));
      case 'local_description_set':
        return this.#described(event, commands);
      case 'operation_failed':
        this.#other(event['peer']).trouble = `the browser refused: ${textOf(event['errorName'])}`;
        return this.#say(`The browser refuses, about ${this.#other(event['peer']).name}: ${textOf(event['errorName'])}: ${textOf(event['errorMessage'])}`);
      case 'connection_changed':
        return this.#connectionChanged(event);
      case 'capture_failed':
        return this.#say(`The browser gives no track: ${textOf(event['errorName'])}: ${textOf(event['errorMessage'])}`);
      case 'track_ended':
        return this.#say('A track ended by itself.');
    }
  }

  #connectionChanged(event: Message): void {
    const other = this.#other(event['peer']);
    other.path = textOf(event['state']);
    if (/^(disconnected|failed|closed)$/.test(other.path)) other.trouble = `the connection was ${other.path}`;
    if (other.path === 'connected') other.trouble = '';
    if (!/^(new|connecting)$/.test(other.path)) this.#say(`The connection to ${other.name} is ${other.path} (incarnation ${String(event['incarnation'])}).`);
  }

  #arrived(message: Message): void {
    const other = this.#other(message['from']);
    const kind = descriptionIn(message);
    if (kind === 'offer') {
      other.crossed = other.offering;
      return this.#say(`${other.name} offers${other.offering ? `, while an offer of ${this.#me}'s is under way: they collide` : ''}.`);
    }
    if (kind === 'answer') return this.#say(`${other.name} answers.`);
    switch (message.type) {
      case 'welcome': {
        const members = listOf(message['members']).map((row) => this.#named(row).name);
        const here = members.length > 0 ? `Here are ${members.join(', ')}.` : 'Nobody else is here.';
        if (message['resumed'] === true) return this.#say(`The server has kept the place: what was missed follows. ${here}`);
        return this.#say(`The server lets ${this.#me} in. ${here}`);
      }
      case 'waiting':
        return this.#say('The server says to wait in the lobby.');
      case 'refused':
        return this.#say(`The server refuses ${this.#me}: ${codeOf(message['error'])}.`);
      case 'ended':
        return this.#say(`The server ends it: ${codeOf(message['error'])}.`);
      case 'problem':
        return this.#say(`The server dropped something: ${codeOf(message['error'])}.`);
      case 'signal':
        if (typeof message['replay'] === 'number') this.#say(`${other.name} lacks messages from ${message['replay']} on, and asks for them again.`);
    }
  }

  // An own description is there. Whether it goes out is in the step's commands.
  #described(event: Message, commands: readonly Message[]): void {
    const other = this.#other(event['peer']);
    const isOffer = fieldsOf(event['description'])['type'] === 'offer';
    const slots = Object.values(fieldsOf(event['slots'])).map(textOf).join(', ') || 'no media';
    const waits = commands.some(({ type }) => type === 'roll_back');
    if (!isOffer) return this.#say(`${this.#me} answers ${other.name}: ${slots}.`);
    if (!waits) this.#say(`${this.#me} offers to ${other.name}: ${slots}.`);
  }

  // ---- what the core commanded

  #command(command: Message): void {
    const other = this.#other(command['peer'] ?? command['user']);
    switch (command.type) {
      case 'open_transport':
        return this.#say(`A socket is opened (attempt ${String(command['attempt'])}).`);
      case 'open_peer':
        return this.#openPeer(other, Number(command['incarnation']));
      case 'set_local_description':
        other.offering = other.offering || !this.#isAnswering(other);
        return;
      case 'set_remote_description':
        return this.#setRemote(other, fieldsOf(command['description'])['type'] === 'offer');
      case 'roll_back':
        other.offering = other.crossed = false;
        return this.#say(`${this.#me} is the polite one of the two, gives way and takes the own offer to ${other.name} back.`);
      case 'restart_ice':
        other.offering = false;
        return this.#say(`${this.#me} restarts ICE with ${other.name}, because ${other.trouble || 'the path was lost'}.`);
      case 'capture':
        return this.#say(`The browser is asked for the ${textOf(command['source'])}.`);
      default:
        return this.#notice(command, other);
    }
  }

  readonly #answering = new Set<Other>();

  #isAnswering(other: Other): boolean {
    return this.#answering.delete(other);
  }

  #openPeer(other: Other, incarnation: number): void {
    other.offering = other.crossed = false;
    this.#answering.delete(other);
    if (incarnation === 1) return this.#say(`A connection to ${other.name} is begun.`);
    this.#say(`The connection to ${other.name} is given up and begun anew (incarnation ${incarnation}), because ${other.trouble || 'it led nowhere in time, or the other side did the same'}.`);
    other.trouble = '';
  }

  #setRemote(other: Other, isOffer: boolean): void {
    if (isOffer) {
      this.#answering.add(other);
      other.offering = false;
    } else {
      if (other.crossed) this.#say(`${other.name} has given way: the own offer stands, theirs is ignored.`);
      other.offering = false;
    }
    other.crossed = false;
    this.#say(`${this.#me} takes the ${isOffer ? 'offer' : 'answer'} of ${other.name}.`);
  }

  // ---- what the application was told

  #notice(command: Message, other: Other): void {
    const because = command['error'] === undefined ? '' : `, because ${codeOf(command['error'])}`;
    switch (command.type) {
      case 'meeting_changed':
        return this.#say(`The meeting is ${textOf(command['state'])}${because}.`);
      case 'participant_joined':
        return this.#say(`${this.#named(command['participant']).name} is there.`);
      case 'participant_changed': {
        const row = fieldsOf(command['participant']);
        const { camera, microphone, screen } = fieldsOf(row['media']);
        const away = row['away'] === true ? ', is away' : '';
        return this.#say(`${this.#named(row).name}: camera ${textOf(camera)}, microphone ${textOf(microphone)}, screen ${textOf(screen)}${away}.`);
      }
      case 'participant_left':
        return this.#say(`${other.name} is gone (${textOf(command['reason'])}).`);
      case 'link_changed':
        return this.#say(`To the application: ${other.name} is ${textOf(command['state'])}${because}.`);
      case 'source_changed':
        return this.#say(`The ${textOf(command['source'])} is ${textOf(command['state'])}${because}.`);
      case 'chat_received': {
        const { from, text } = fieldsOf(command['message']);
        return this.#say(`A message of ${this.#other(from).name}'s is shown (${textOf(text).length} characters).`);
      }
      case 'settle_request':
        if (because) this.#say(`A request of ${this.#me}'s fails${because}.`);
        return;
      case 'report_problem':
        other.trouble = codeOf(command['error']);
        return this.#say(`A problem${command['peer'] === undefined ? '' : ` with ${other.name}`}: ${codeOf(command['error'])}.`);
    }
  }
}
