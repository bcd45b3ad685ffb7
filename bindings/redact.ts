// Takes what is secret out of a trace, in such a way that what is left replays to the very same commands.
//
// Owns which fields are secret (src/trace/TRACE.md has the list) and what stands in their place. A secret is replaced by
// a text of the same length, in UTF-8 and in JSON: equal ones by equal ones, different ones by different ones, in
// events and commands alike. To the core they are words that it passes on, compares and counts; so it decides the same.
//
// It works on the text, not on parsed values: what is malformed, doubled or oddly spelled has to stay so, since the core
// judges that too.

// One token of JSON, or of what ought to be JSON: a string, closed or not, perhaps a key; a bracket; any other word.
const tokens = /("(?:[^"\\]|\\.)*"?)(\s*:)?|[{}[\]]|[^\s"{}[\],:]+/gs;
const literal = /^(-?\d[\d.eE+-]*|true|false|null)$/;
// No pair of quotes or escape may come or go: they decide how long the text is when written as JSON.
const replaceable = /[^\0-\x1f\x7f"\\/\p{Cs}]/gu;

// Of events, commands and options. All else in there is ours to name.
// A device's id tells one browser from another.
const secretField = /^(token|secret|text|device|address)$/;
const jsonField = /^(body|iceServers|constraints)$/;
// Of messages, where everything that is not known is taken for somebody's words.
const plainField = /^(type|rank|room(Id)?|user(Id)?|(nick)?name|session|from|to|targetUid|role|dialect|code|id|replaces|sdpMid|pub)$/;
const plainValue = /^(everyone|on-call|on|off|muted|microphone|camera|screen(-audio)?)$/;
const leaveReason = /^(left|lost|removed|replaced|server-closing)$/;
// How a call stands, and what is said of it. The reason for its end is in somebody's own words.
const callField = /^(action|state|outcome)$/;
const callValue =
  /^(request|accept|end|ask|calling|ringing|connected|ended|pending|accepted|rejected|busy|cancelled|timed-out|unavailable|hung-up|gone)$/;
const words = /^(|text|msg|content)$/;
const actionValue =
  /^(set-(name|attributes|metadata)|(raise|lower)-hand(-of)?|react|(ask-for|grant|refuse)-floor|mute-for(-all)?|(un)?lock|remove|give-role|admit(-all)?|deny|(open|close)-lobby)$/;
// Texts of the application's own, by names of its own: whatever they are called, they are somebody's words.
const ownTexts = /^(values|attributes|metadata)$/;
// What a classic server says of its own: its words name the person, in the first edition they alone.
const announcement = /^(join|leave|call|offer|answer|candidate|(accept|refuse)?applyMic|refused|ended|problem)$/i;
// Codelab frames: a room, or one of two words, by itself.
const roomEvent = /^(create or join|created|joined|join|ready|full|bye)$/;
const bareWords = /^(bye|got user media)$/;
// Those hold addresses and the like among other things.
const mixedField = /^(sdp|candidate|usernameFragment|detail|reason|errorMessage|urls?)$/;
const credentials = /(ice-pwd:|fingerprint:\S+ |candidate:)(\S+)|(?:\d+\.){3}\d+|[\da-f]*:[\da-f]*:[\da-f:.]+|[\w-]+\.local/gi;
const candidateAddress = /( \d+ \w+ \d+ )(\S+)(?= \d+ typ )/g;

// Each character becomes a letter that takes as many bytes in UTF-8.
function spell(text: string, next: () => number): string {
  return text.replace(replaceable, (character) => {
    const code = character.codePointAt(0)!;
    return String.fromCodePoint((code < 0x80 ? 0x61 : code < 0x800 ? 0x100 : code < 0x10000 ? 0x4e00 : 0x1f600) + next());
  });
}

// What is not JSON: to the core only its size and its nesting count. `x` is in no escape and no literal.
const blot = (text: string): string =>
  text.replace(tokens, (token) => (literal.test(token) ? token.replace(/[1-9]/g, '1') : spell(token, () => 23)));

// `was` as JSON with `now` in its place; they differ in characters, never in length. Escapes stay escapes.
function rewrite(token: string, was: string, now: string): string {
  if (JSON.stringify(was) === token) return JSON.stringify(now);
  let at = -1;
  return token.replace(/\\u[\da-f]{4}|\\.|[^]/gi, (unit) => {
    const letter = `"${now}"`[++at]!;
    if (letter === `"${was}"`[at]) return unit;
    return unit.length > 1 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter;
  });
}

/** A function from line to line. One for each trace: it remembers what it put in whose place. */
export function redactor(): (line: string) => string {
  const given = new Map<string, string>();
  const counts = new Map<string, number>();

  const disguise = (secret: string): string => {
    let mask = given.get(secret);
    if (mask === undefined) {
      const shape = spell(secret, () => 0);
      let rest = (counts.get(shape) ?? 0) + 1;
      counts.set(shape, rest);
      mask = spell(secret, () => {
        const digit = rest % 26;
        rest = (rest - digit) / 26;
        return digit;
      });
      given.set(secret, mask);
    }
    return mask;
  };

  const scrub = (text: string): string =>
    text
      .replace(candidateAddress, (_all, before: string, address: string) => before + disguise(address))
      .replace(credentials, (all, before: string | undefined, secret: string) => (before ? before + disguise(secret) : disguise(all)));

  // `judge` gives what shall stand for the value under that key.
  const walk = (text: string, judge: (value: string, key: string) => string): string => {
    try {
      JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch {
      return blot(text);
    }
    let key = '';
    let depth = 0;
    return text.replace(tokens, (token, string: string | undefined, colon: string | undefined) => {
      if (string === undefined) {
        if (/[{[]/.test(token) && (depth > 0 || ownTexts.test(key))) depth++;
        else if (/[}\]]/.test(token) && depth > 0) depth--;
        // What follows in the list around it stands under no key that is known here.
        if (/[}\]]/.test(token)) key = '';
        return token;
      }
      const value = JSON.parse(string) as string;
      if (colon !== undefined) {
        key = value;
        return token;
      }
      const replaced = judge(value, depth > 0 ? 'text' : key);
      return replaced === value ? token : rewrite(token, value, replaced);
    });
  };

  const redactMessage = (body: string, name: string, mayAnnounce: boolean, ours = false): string => {
    // An announcement begins with its type and its words.
    let count = 0;
    let announced = false;
    return walk(body, (value, key) => {
      if (++count === 1) announced = mayAnnounce && key === 'type' && announcement.test(value);
      if (key === '' && (roomEvent.test(name) || (name === 'message' && bareWords.test(value)) || (name === 'log' && ours))) return value;
      if (plainField.test(key) || (count === 2 && key === 'msg' && announced)) return value;
      if (key === 'reason' && !leaveReason.test(value)) return disguise(value);
      if (mixedField.test(key)) return scrub(value);
      if (callField.test(key) && callValue.test(value)) return value;
      if (key === 'action' && actionValue.test(value)) return value;
      if (!words.test(key) && plainValue.test(value)) return value;
      // The first edition's roster has its rows as JSON within JSON.
      return name === 'roomUserList' && value.startsWith('{') ? redactMessage(value, '', false) : disguise(value);
    });
  };

  return (line) => {
    let type = '';
    let name = '';
    return walk(line, (value, key) => {
      if (secretField.test(key) || (key === 'reason' && type.startsWith('call_'))) return disguise(value);
      if (jsonField.test(key)) return redactMessage(value, name, type !== 'frame_arrived', type === 'deliver');
      if (mixedField.test(key)) return scrub(value);
      if (key === 'type') type = value;
      if (key === 'name') name = value;
      return value;
    });
  };
}
