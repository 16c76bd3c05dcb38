package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.process.Servers;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes one answer of what all primaries say to LATENCY. Pure. */
final class LatencyEvents {

  /** As many samples of one event as a server keeps. */
  private static final int SAMPLES_MAX = 160;

  private static final int TIME = 0;
  private static final int LATEST = 1;
  private static final int MAX = 2;

  private LatencyEvents() {}

  private static List<Reply> answered(List<Servers.Answer> answers) {
    return answers.stream()
        .filter(answer -> !answer.replies().isEmpty())
        .map(answer -> answer.replies().getFirst())
        .toList();
  }

  /** How many events all servers together have reset. */
  static long sum(List<Servers.Answer> answers) {
    return answered(answers).stream().mapToLong(reply -> Replies.number(reply, 0)).sum();
  }

  /**
   * By event its name, the time and the latency of the latest, and the worst; what newer servers
   * say beyond that is added up.
   */
  static Map<String, List<Long>> latest(List<Servers.Answer> answers) {
    Map<String, List<Long>> byEvent = new LinkedHashMap<>();
    for (Reply server : answered(answers)) {
      for (Reply line : Replies.items(server)) {
        List<Reply> items = Replies.items(line);
        List<Long> numbers =
            items.subList(1, items.size()).stream().map(item -> Replies.number(item, 0)).toList();
        byEvent.merge(Replies.text(items.getFirst()), numbers, LatencyEvents::both);
      }
    }
    return byEvent;
  }

  private static List<Long> both(List<Long> one, List<Long> other) {
    List<Long> both = new ArrayList<>();
    List<Long> newer = one.get(TIME) >= other.get(TIME) ? one : other;
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      both.add(
          switch (i) {
            case TIME, LATEST -> newer.get(i);
            case MAX -> Math.max(one.get(i), other.get(i));
            default -> one.get(i) + other.get(i);
          });
    }
    return both;
  }

  /** Times and latencies of one event, the oldest first. */
  static List<List<Long>> history(List<Servers.Answer> answers) {
    List<List<Long>> samples =
        new ArrayList<>(
            answered(answers).stream()
                .flatMap(server -> Replies.items(server).stream())
                .map(
                    sample ->
                        Replies.items(sample).stream()
                            .map(item -> Replies.number(item, 0))
                            .toList())
                .toList());
    samples.sort(Comparator.comparingLong(sample -> sample.get(TIME)));
    int from = Math.max(0, samples.size() - SAMPLES_MAX);
    return samples.subList(from, samples.size());
  }

  static ByteBuf latestReply(Map<String, List<Long>> byEvent) {
    ByteBuf out = LocalReplies.buffer(256);
    RespWriter.arrayHeader(out, byEvent.size());
    byEvent.forEach(
        (event, numbers) -> {
          RespWriter.arrayHeader(out, 1 + numbers.size());
          RespWriter.bulk(out, event);
          numbers.forEach(number -> RespWriter.integer(out, number));
        });
    return out;
  }

  static ByteBuf historyReply(List<List<Long>> samples) {
    ByteBuf out = LocalReplies.buffer(256);
    RespWriter.arrayHeader(out, samples.size());
    for (List<Long> sample : samples) {
      RespWriter.arrayHeader(out, sample.size());
      sample.forEach(number -> RespWriter.integer(out, number));
    }
    return out;
  }

  /** The texts of all servers, with their addresses if there are several. */
  static String texts(List<Servers.Answer> answers) {
    StringBuilder text = new StringBuilder();
    for (Servers.Answer answer : answers) {
      if (!answer.replies().isEmpty()) {
        if (answers.size() > 1) {
          text.append("# ").append(answer.server()).append('\n');
        }
        text.append(Replies.text(answer.replies().getFirst()));
      }
    }
    return text.toString();
  }
}
