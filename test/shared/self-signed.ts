import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate that vouches for itself, and its key, as `https` takes them. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

/** @param name whom it is for; @param years from the first to the last whole year in which it holds */
export function selfSigned(name: string, [first, last]: readonly [number, number]): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const names = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
  const validity = sequence(time(`${first}0101000000Z`), time(`${last}1231235959Z`));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = der(0x02, Buffer.from([1]));
  const signed = sequence(serial, ED25519, names, validity, names, spki);
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign(null, signed, privateKey)]));
  const certificate = sequence(signed, ED25519, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** DER: a tag, the length of what follows, and that. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const long = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...long]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function time(text: string): Buffer {
  return der(0x18, Buffer.from(text));
}

const COMMON_NAME = der(0x06, Buffer.from([0x55, 0x04, 0x03]));
const ED25519 = sequence(der(0x06, Buffer.from([0x2b, 0x65, 0x70])));
