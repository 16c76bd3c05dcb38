package io.vodis.proxy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.vodis.redis.Reply;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryStatsTest {

  private static Reply reply(Object... items) {
    List<Reply> replies = new ArrayList<>();
    for (Object item : items) {
      replies.add(
          switch (item) {
            case Integer number -> new Reply.Number(number);
            case Reply nested -> nested;
            default -> new Reply.Text(item.toString().getBytes(StandardCharsets.UTF_8));
          });
    }
    return new Reply.Items(replies);
  }

  private static String merged(Protocol protocol, Reply... replies) {
    MemoryStats stats = new MemoryStats();
    for (Reply reply : replies) {
      stats.add(reply);
    }
    ByteBuf out = stats.reply(protocol);
    try {
      return out.toString(StandardCharsets.UTF_8).replace("\r\n", " ").strip();
    } finally {
      out.release();
    }
  }

  @Test
  void amountsAreAddedAndRatiosWorkedOutAnew() {
    Reply one = reply("peak.allocated", 300, "total.allocated", 200, "peak.percentage", "66.666");
    Reply other = reply("peak.allocated", 100, "total.allocated", 100, "peak.percentage", "100");

    assertThat(merged(Protocol.RESP3, one, other))
        .isEqualTo("%3 $14 peak.allocated :400 $15 total.allocated :300 $15 peak.percentage ,75.0");
    assertThat(merged(Protocol.RESP2, one, other)).startsWith("*6 ").endsWith("$4 75.0");
  }

  @Test
  void keysWeighOnAverageWhatAllWeigh() {
    Reply one =
        reply(
            "total.allocated",
            1100,
            "startup.allocated",
            100,
            "keys.count",
            1,
            "keys.bytes-per-key",
            1000);
    Reply other =
        reply(
            "total.allocated",
            400,
            "startup.allocated",
            100,
            "keys.count",
            3,
            "keys.bytes-per-key",
            100);

    assertThat(merged(Protocol.RESP2, one, other)).endsWith("$18 keys.bytes-per-key :325");
  }

  @Test
  void databasesOfAllServersAreShownOnceEach() {
    Reply one = reply("db.0", reply("overhead.hashtable.main", 10));
    Reply other =
        reply(
            "db.0", reply("overhead.hashtable.main", 5, "overhead.hashtable.expires", 1),
            "db.1", reply("overhead.hashtable.main", 7));

    assertThat(merged(Protocol.RESP3, one, other))
        .isEqualTo(
            "%2 $4 db.0 %2 $23 overhead.hashtable.main :15 $26 overhead.hashtable.expires :1"
                + " $4 db.1 %1 $23 overhead.hashtable.main :7");
  }

  @Test
  void aRatioThatCannotBeWorkedOutIsThatOfTheFirst() {
    assertThat(
            merged(
                Protocol.RESP3,
                reply("some.ratio", "1.5", "peak.percentage", "2.5"),
                reply("some.ratio", "3")))
        .isEqualTo("%2 $10 some.ratio ,1.5 $15 peak.percentage ,2.5");
  }
}
