/** Bytes that the text takes as UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isPair(text, i)) {
      length += 4;
      i++;
    } else length += 3;
  }
  return length;
}

/** Writes the text as UTF-8 at the offset and returns the offset behind it. */
export function utf8Write(text: string, into: Uint8Array, offset: number): number {
  let at = offset;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      into[at++] = point;
      continue;
    }
    if (point >= 0xd800 && point <= 0xdfff) {
      if (isPair(text, i)) {
        point = 0x1_0000 + ((point - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      } else point = 0xfffd;
    }
    if (point < 0x800) {
      into[at++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x1_0000) into[at++] = 0xe0 | (point >> 12);
      else {
        into[at++] = 0xf0 | (point >> 18);
        into[at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      into[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    into[at++] = 0x80 | (point & 0x3f);
  }
  return at;
}

/** The text as UTF-8. */
export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  utf8Write(text, bytes, 0);
  return bytes;
}

/** The text that the bytes hold; malformed sequences become U+FFFD, as in the Encoding standard. */
export function utf8Decode(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at++] ?? 0;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const need =
      lead >= 0xc2 && lead < 0xe0
        ? 1
        : lead >= 0xe0 && lead < 0xf0
          ? 2
          : lead >= 0xf0 && lead < 0xf5
            ? 3
            : 0;
    let point = need === 0 ? 0xfffd : lead & (0x3f >> need);
    for (let i = 0; i < need; i++) {
      const next = bytes[at] ?? 0;
      if (next < lowest(lead, i) || next > highest(lead, i)) {
        point = 0xfffd;
        break;
      }
      point = (point << 6) | (next & 0x3f);
      at++;
    }
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Second bytes that would encode too long a form, a surrogate, or a point beyond U+10FFFF. */
function lowest(lead: number, position: number): number {
  if (position > 0) return 0x80;
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

function highest(lead: number, position: number): number {
  if (position > 0) return 0xbf;
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
}
