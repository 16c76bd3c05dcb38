package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MEMORY STATS of all servers as of one: amounts are added up, and what is a share or a ratio is
 * worked out from the sums. Pure.
 */
final class MemoryStats {

  /** Of the servers together: an amount, a ratio, or amounts of a database. */
  private sealed interface Value {
    record Amount(long value) implements Value {}

    record Ratio(double value) implements Value {}

    record Database(Map<String, Long> amounts) implements Value {}
  }

  private final Map<String, Value> values = new LinkedHashMap<>();

  /** Adds what a server said. */
  void add(Reply reply) {
    List<Reply> items = Replies.items(reply);
    for (int i = 0; i + 1 < items.size(); i += 2) {
      String name = Replies.text(items.get(i));
      values.merge(name, value(items.get(i + 1)), MemoryStats::sum);
    }
  }

  private static Value value(Reply reply) {
    return switch (reply) {
      case Reply.Items items -> {
        Map<String, Long> amounts = new LinkedHashMap<>();
        for (int i = 0; i + 1 < items.items().size(); i += 2) {
          amounts.put(
              Replies.text(items.items().get(i)), Replies.number(items.items().get(i + 1), 0));
        }
        yield new Value.Database(amounts);
      }
      case Reply.Text text -> new Value.Ratio(Double.parseDouble(Replies.text(text)));
      default -> new Value.Amount(Replies.number(reply, 0));
    };
  }

  private static Value sum(Value one, Value other) {
    if (one instanceof Value.Amount a && other instanceof Value.Amount b) {
      return new Value.Amount(a.value() + b.value());
    }
    if (one instanceof Value.Database a && other instanceof Value.Database b) {
      Map<String, Long> amounts = new LinkedHashMap<>(a.amounts());
      b.amounts().forEach((name, amount) -> amounts.merge(name, amount, Long::sum));
      return new Value.Database(amounts);
    }
    // A ratio of one server is none of all: see ratio().
    return one;
  }

  private double amount(String name) {
    return values.get(name) instanceof Value.Amount amount ? amount.value() : 0;
  }

  /** As a server works it out from its own amounts. */
  private double ratio(String name, double ofOne) {
    double used = amount("total.allocated");
    double net = used - amount("startup.allocated");
    double resident = amount("allocator.resident");
    return switch (name) {
      case "dataset.percentage" -> share(100 * amount("dataset.bytes"), net, ofOne);
      case "peak.percentage" -> share(100 * used, amount("peak.allocated"), ofOne);
      case "allocator-fragmentation.ratio" ->
          share(amount("allocator.active"), amount("allocator.allocated"), ofOne);
      case "allocator-rss.ratio" -> share(resident, amount("allocator.active"), ofOne);
      case "rss-overhead.ratio" -> share(resident + amount("rss-overhead.bytes"), resident, ofOne);
      case "fragmentation" -> share(used + amount("fragmentation.bytes"), used, ofOne);
      default -> ofOne;
    };
  }

  private static double share(double part, double whole, double otherwise) {
    return whole > 0 ? part / whole : otherwise;
  }

  private long amount(String name, long sum) {
    double keys = amount("keys.count");
    return name.equals("keys.bytes-per-key") && keys > 0
        ? (long) ((amount("total.allocated") - amount("startup.allocated")) / keys)
        : sum;
  }

  /** The reply to a client. */
  ByteBuf reply(Protocol protocol) {
    ByteBuf out = LocalReplies.buffer(1024);
    protocol.mapHeader(out, values.size());
    values.forEach(
        (name, value) -> {
          RespWriter.bulk(out, name);
          switch (value) {
            case Value.Amount amount -> RespWriter.integer(out, amount(name, amount.value()));
            case Value.Ratio ratio ->
                protocol.decimal(out, Double.toString(ratio(name, ratio.value())));
            case Value.Database database -> {
              protocol.mapHeader(out, database.amounts().size());
              database
                  .amounts()
                  .forEach(
                      (part, amount) -> {
                        RespWriter.bulk(out, part);
                        RespWriter.integer(out, amount);
                      });
            }
          }
        });
    return out;
  }
}
