package adapters;

import com.launchdarkly.eventsource.CommentEvent;
import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamClosedByServerException;
import com.launchdarkly.eventsource.StreamException;
import com.launchdarkly.logging.LDLogger;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code EventSource} with a connect strategy of our own. It throws when the stream has ended, in the
 * middle of an event or not. Its base retry delay is set to a strange value first, to tell a time of the
 * stream from the default.
 */
final class OkhttpEventSource implements Adapter {
  private static final URI ORIGIN = URI.create("http://127.0.0.1/");
  private static final long NO_RETRY = 1_234_567_891_234L;

  @Override
  public String name() {
    return "okhttp-eventsource";
  }

  @Override
  public Map<String, Object> caps() {
    return Map.of(
        "id", "last", "retry", "final", "final", List.of("last_event_id"), "comments", "strip1",
        "chunks", "exact", "empty_chunks", false, "dataless", "hidden", "window", 64);
  }

  @Override
  public void read(List<byte[]> chunks, String seed, Seen seen) throws StreamException {
    var builder = new EventSource.Builder(new Strategy(new ChunkStream(chunks, seen)));
    builder.errorStrategy(ErrorStrategy.alwaysThrow());
    try (var source = builder.retryDelay(NO_RETRY, TimeUnit.MILLISECONDS).build()) {
      try {
        while (true) {
          show(source.readAnyEvent(), seen);
        }
      } catch (StreamClosedByServerException ended) {
        seen.finals.put("last_event_id", source.getLastEventId());
        var retry = source.getBaseRetryDelayMillis();
        seen.finals.put("retry", retry == NO_RETRY ? null : Seen.millis(retry));
      }
    }
  }

  private static void show(Object event, Seen seen) {
    if (event instanceof MessageEvent message) {
      seen.event(message.getEventName(), message.getData(), message.getLastEventId());
    } else if (event instanceof CommentEvent comment) {
      seen.comment(comment.getText());
    }
  }

  /** Connects to a stream that is there already. */
  private static final class Strategy extends ConnectStrategy {
    private final ChunkStream stream;

    Strategy(ChunkStream stream) {
      this.stream = stream;
    }

    @Override
    public Client createClient(LDLogger logger) {
      return new Client() {
        @Override
        public Result connect(String lastEventId) {
          return new Result(stream, ORIGIN, null);
        }

        @Override
        public boolean awaitClosed(long timeout) {
          return true;
        }

        @Override
        public URI getOrigin() {
          return ORIGIN;
        }

        @Override
        public void close() {}
      };
    }
  }
}
