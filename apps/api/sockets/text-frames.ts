/** FIN and opcode "text" of RFC 6455. */
const finalText = 0x81;

/**
 * Texts as unmasked, uncompressed WebSocket frames, one after the other: what a server writes to a connection that
 * negotiated no extension. Made once, the bytes serve any number of sockets.
 */
export function encodeTextFrames(texts: readonly string[]): Buffer {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const frames = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + headerSize(size) + size, 0));
  let at = 0;
  texts.forEach((text, index) => {
    const size = sizes[index] ?? 0;
    at = writeHeader(frames, at, size);
    at += frames.write(text, at);
  });
  return frames;
}

const headerSize = (size: number): number => (size < 126 ? 2 : size < 65_536 ? 4 : 10);

function writeHeader(frames: Buffer, at: number, size: number): number {
  const next = frames.writeUInt8(finalText, at);
  if (size < 126) return frames.writeUInt8(size, next);
  if (size < 65_536) return frames.writeUInt16BE(size, frames.writeUInt8(126, next));
  return frames.writeBigUInt64BE(BigInt(size), frames.writeUInt8(127, next));
}
