package adapters;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A parser behind the protocol. */
interface Adapter {
  String name();

  Map<String, Object> caps();

  /** Feeds a new parser, and tells what its caller sees, as it is. */
  void read(List<byte[]> chunks, String seed, Seen seen) throws Exception;

  /** As it stands in pom.xml, by way of the name of the jar: none of them says it in its manifest. */
  default String version() throws IOException {
    for (var jar : System.getProperty("java.class.path").split(":")) {
      var found = jar.lastIndexOf("/" + name() + "-");
      if (found >= 0 && jar.endsWith(".jar")) {
        return jar.substring(found + name().length() + 2, jar.length() - ".jar".length());
      }
    }
    throw new IOException("no jar of " + name());
  }
}
