// The server's trace in words: who came and went, what was passed on between whom, who was refused and why.

import type { Message, TraceEntry } from './trace-file.ts';
import { codeOf, descriptionIn, fieldsOf, messagesIn, textOf } from './messages.ts';

export class RoomStory {
  // Connection to the person who said hello on it.
  readonly #people = new Map<string, string>();
  #lines: string[] = [];

  /** The sentences about one entry; often none. */
  tell({ event, step }: TraceEntry): string[] {
    this.#lines = [];
    this.#happened(event);
    for (const command of step?.commands ?? []) this.#command(command);
    if (step === null) this.#say('The core died here.');
    if (step?.error !== undefined) this.#say(`The core refused this event: ${codeOf(step.error)}.`);
    return this.#lines;
  }

  #say(line: string): void {
    this.#lines.push(line);
  }

  #who(connection: unknown): string {
    const id = textOf(connection);
    return this.#people.get(id) ?? `connection ${id}`;
  }

  #happened(event: Message): void {
    switch (event.type) {
      case 'connection_opened': {
        const { connection, user, room, dialect } = event;
        if (textOf(user)) this.#people.set(textOf(connection), textOf(user));
        return this.#say(`A connection is open: ${this.#who(connection)}, ${textOf(dialect)}${textOf(room) ? `, to ${textOf(room)}` : ''}.`);
      }
      case 'connection_closed': {
        const how = event['deliberate'] === true ? 'hangs up' : 'has lost its socket';
        return this.#say(`${this.#who(event['connection'])} ${how}.`);
      }
      case 'frame_arrived':
        return messagesIn(event).forEach((message) => this.#said(textOf(event['connection']), message));
      case 'authorized':
        return this.#say(event['allowed'] === true ? `The application lets in, as ${textOf(event['role'])}.` : 'The application refuses.');
      case 'drain_requested':
        return this.#say('The server takes no newcomers any more.');
      case 'shutdown_requested':
        return this.#say('The server is shutting down.');
    }
  }

  #said(connection: string, message: Message): void {
    const to = textOf(message['to'] ?? message['targetUid']);
    const kind = descriptionIn(message);
    if (message.type === 'hello') this.#people.set(connection, textOf(message['user']));
    const who = this.#who(connection);
    if (kind) return this.#say(`${who} ${kind}s to ${to || 'all others'}.`.replace('answers to', 'answers'));
    switch (message.type) {
      case 'hello':
        return this.#say(`${who} says hello to ${textOf(message['room'])}${Number(message['received'] ?? 0) > 0 ? ', with the secret of a place held before' : ''}.`);
      case 'chat':
        return this.#say(`${who} writes to ${to || 'all'}.`);
      case 'media': {
        const { camera, microphone, screen } = fieldsOf(message['media']);
        return this.#say(`${who}: camera ${textOf(camera)}, microphone ${textOf(microphone)}, screen ${textOf(screen)}.`);
      }
      case 'request':
        return this.#say(`${who} asks the room: ${[textOf(message['action']), textOf(message['user'])].filter(Boolean).join(' ')}.`);
      case 'leave':
        return this.#say(`${who} leaves.`);
      case 'signal':
        if (typeof message['replay'] === 'number') this.#say(`${who} asks ${to} for lost messages again.`);
    }
  }

  #command(command: Message): void {
    switch (command.type) {
      case 'deliver':
        return messagesIn(command).forEach((message) => this.#delivered(this.#who(command['connection']), message));
      case 'distribute': {
        const { name, body, tail } = command;
        for (const { connection, head } of command['to'] as { connection: string; head: string }[]) {
          const messages = messagesIn({ name, body: head + textOf(body) + textOf(tail) });
          messages.forEach((message) => this.#delivered(this.#who(connection), message));
        }
        return;
      }
      case 'close_connection':
        return this.#say(`The server closes the connection of ${this.#who(command['connection'])}.`);
      case 'answer_handshake':
        return this.#say(command['error'] === undefined ? `${this.#who(command['connection'])} may open its socket.` : `${this.#who(command['connection'])} is refused: ${codeOf(command['error'])}.`);
      case 'probe_connection':
        return this.#say(`${this.#who(command['connection'])} is asked for a sign of life.`);
      case 'authorize':
        return this.#say(`The application is asked ${command['renewal'] === true ? 'anew ' : ''}about ${textOf(command['user'])} in ${textOf(command['room'])}.`);
      case 'log': {
        const { message, user, room, detail } = command;
        const about = [textOf(user), textOf(room)].filter(Boolean).join(' in ');
        return this.#say(`Log: ${textOf(message)}${about ? `, ${about}` : ''}${detail === undefined ? '' : ` (${textOf(detail)})`}.`);
      }
    }
  }

  #delivered(who: string, message: Message): void {
    if (message.type === 'welcome') this.#say(`${who} is welcomed${message['resumed'] === true ? ' back, in the old place' : ''}.`);
    if (/^(refused|ended|problem)$/.test(message.type)) this.#say(`${who} is told: ${message.type}, ${codeOf(message['error'])}.`);
    if (message.type === 'waiting') this.#say(`${who} waits in the lobby.`);
    if (message.type === 'request-settled' && message['error'] !== undefined) this.#say(`${who} is told that the room refuses: ${codeOf(message['error'])}.`);
    if (message.type === 'chat-settled' && message['error'] !== undefined) this.#say(`${who} is told that a message failed: ${codeOf(message['error'])}.`);
  }
}
