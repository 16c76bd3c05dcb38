package io.vodis.proxy.command;

import io.vodis.model.HostAndPort;
import io.vodis.redis.Reply;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a real server answers to COMMAND, in either protocol. */
final class PublishedByServer {

  private PublishedByServer() {}

  static PublishedCommands of(HostAndPort server) {
    try (RespClient client = RespClient.connect(server)) {
      return of(client);
    }
  }

  static PublishedCommands of(RespClient client) {
    return PublishedCommandsParser.parse("a server", reply(client.expect("COMMAND")));
  }

  /** A reply as the control plane sees it: a map becomes names and values in turn. */
  static Reply reply(@Nullable Object value) {
    return switch (value) {
      case null -> new Reply.Null();
      case Long number -> new Reply.Number(number);
      case Map<?, ?> map -> {
        List<Reply> pairs = new ArrayList<>();
        map.forEach(
            (key, field) -> {
              pairs.add(reply(key));
              pairs.add(reply(field));
            });
        yield new Reply.Items(pairs);
      }
      case Collection<?> list ->
          new Reply.Items(list.stream().map(PublishedByServer::reply).toList());
      default -> new Reply.Text(value.toString().getBytes(StandardCharsets.UTF_8));
    };
  }
}
