package adapters;

import java.io.InputStream;
import java.util.List;

/** A body: each read gives one chunk at most, and never an empty one, which would mean nothing. */
final class ChunkStream extends InputStream {
  private final List<byte[]> chunks;
  private final Seen seen;
  private int next;
  private byte[] chunk = {};
  private int given;

  ChunkStream(List<byte[]> chunks, Seen seen) {
    this.chunks = chunks;
    this.seen = seen;
  }

  @Override
  public int read(byte[] room, int offset, int length) {
    while (given == chunk.length) {
      seen.k = next;
      if (next == chunks.size()) {
        return -1;
      }
      chunk = chunks.get(next++);
      given = 0;
    }
    var count = Math.min(length, chunk.length - given);
    System.arraycopy(chunk, given, room, offset, count);
    given += count;
    return count;
  }

  @Override
  public int read() {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }
}
