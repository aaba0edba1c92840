package adapters;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the caller of a parser has seen. */
final class Seen {
  /** The chunk at hand. */
  int k;

  final List<Map<String, Object>> out = new ArrayList<>();
  final Map<String, Object> finals = new LinkedHashMap<>();
  Map<String, Object> error;

  void event(String type, String data, String id) {
    add("e", Arrays.asList(type, data, id));
  }

  void comment(String text) {
    add("c", text);
  }

  /** The first error ends the stream. */
  void fail(Throwable failure) {
    if (error == null) {
      error = new LinkedHashMap<>();
      error.put("k", k);
      error.put("kind", "other");
      error.put("msg", failure.toString());
    }
  }

  /** A time as the protocol has it: JSON holds no integer above 2^53. */
  static Object millis(long time) {
    return time < 1L << 53 ? (Object) time : Long.toString(time);
  }

  private void add(String what, Object value) {
    var record = new LinkedHashMap<String, Object>();
    record.put("k", k);
    record.put(what, value);
    out.add(record);
  }
}
