package adapters;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adapters of sse-adapter/1: {@code Main NAME} speaks for that parser on standard input and output. */
public final class Main {
  private static final Map<String, Adapter> ADAPTERS =
      Map.of("okhttp-sse", new OkhttpSse(), "okhttp-eventsource", new OkhttpEventSource());

  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private Main() {}

  /** A case, as the runner sends it. */
  private static final class Case {
    String id;
    List<String> chunks;
    String last_event_id;
  }

  public static void main(String[] arguments) throws IOException {
    var protocol = System.out;
    // Standard output belongs to the protocol, whatever a library likes to print.
    System.setOut(System.err);
    var adapter = ADAPTERS.get(arguments.length > 0 ? arguments[0] : "");
    if (adapter == null) {
      System.err.println("adapters: no such parser");
      System.exit(2);
    }
    say(protocol, hello(adapter));
    var cases = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = cases.readLine(); line != null; line = cases.readLine()) {
      say(protocol, answer(adapter, GSON.fromJson(line, Case.class)));
    }
  }

  private static Map<String, Object> hello(Adapter adapter) throws IOException {
    var hello = new LinkedHashMap<String, Object>();
    hello.put("sse_adapter", 1);
    hello.put("parser", adapter.name());
    hello.put("version", adapter.version());
    hello.put("runtime", "java " + Runtime.version().feature());
    hello.put("caps", adapter.caps());
    return hello;
  }

  private static Map<String, Object> answer(Adapter adapter, Case aCase) {
    var chunks = new ArrayList<byte[]>();
    aCase.chunks.forEach(chunk -> chunks.add(Base64.getDecoder().decode(chunk)));
    var seen = new Seen();
    try {
      adapter.read(chunks, aCase.last_event_id, seen);
    } catch (Exception error) {
      seen.fail(error);
    }
    var answer = new LinkedHashMap<String, Object>();
    answer.put("id", aCase.id);
    answer.put("out", seen.out);
    answer.put("final", seen.finals);
    answer.put("error", seen.error);
    return answer;
  }

  private static void say(PrintStream protocol, Object line) {
    var ascii = new StringBuilder();
    for (var c : GSON.toJson(line).toCharArray()) {
      ascii.append(c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    protocol.append(ascii).append('\n');
    protocol.flush();
  }
}
