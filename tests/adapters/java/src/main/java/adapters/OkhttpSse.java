package adapters;

import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;

/** {@code EventSources.processResponse} on a response of our own. It shows no reconnection time. */
final class OkhttpSse implements Adapter {
  private static final MediaType TYPE = MediaType.get("text/event-stream");

  @Override
  public String name() {
    return "okhttp-sse";
  }

  @Override
  public Map<String, Object> caps() {
    return Map.of(
        "id", "last", "retry", "none", "chunks", "exact", "empty_chunks", false,
        "dataless", "hidden", "window", 64);
  }

  @Override
  public void read(List<byte[]> chunks, String seed, Seen seen) {
    var source = Okio.buffer(Okio.source(new ChunkStream(chunks, seen)));
    var response =
        new Response.Builder()
            .request(new Request.Builder().url("http://127.0.0.1/").build())
            .protocol(Protocol.HTTP_1_1)
            .code(200)
            .message("OK")
            .body(ResponseBody.create(source, TYPE, -1))
            .build();
    EventSources.processResponse(response, listener(seen));
  }

  private static EventSourceListener listener(Seen seen) {
    return new EventSourceListener() {
      @Override
      public void onEvent(EventSource source, String id, String type, String data) {
        seen.event(type, data, id);
      }

      @Override
      public void onFailure(EventSource source, Throwable failure, Response response) {
        seen.fail(failure == null ? new IllegalStateException("failed") : failure);
      }
    };
  }
}
