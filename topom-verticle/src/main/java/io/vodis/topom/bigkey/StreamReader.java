package io.vodis.topom.bigkey;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a stream in pieces. Texts are bytes as Latin-1, so that they can be compared. */
final class StreamReader {

  /** An entry: its fields and values, one after the other. */
  record Entry(StreamId id, List<byte[]> fields) {}

  /** A message that a consumer has not acknowledged. */
  record Pending(StreamId id, String consumer, long idleMillis, long deliveries) {}

  /**
   * A consumer group.
   *
   * @param entriesRead empty if the server does not say
   * @param consumers their names, with how many messages each has pending
   */
  record Group(
      String name, String lastDelivered, String entriesRead, Map<String, Long> consumers) {}

  /**
   * The stream as a whole.
   *
   * @param entriesAdded empty if the server does not say, as {@code maxDeleted}
   */
  record Facts(
      long length, String lastId, String entriesAdded, String maxDeleted, List<Group> groups) {}

  private static final int PENDING_PAGE = 500;

  private final KeyAt key;

  StreamReader(KeyAt key) {
    this.key = key;
  }

  Facts facts() {
    Map<String, Reply> stream = fields(key.call(key.commandAt("XINFO", "STREAM")));
    List<Group> groups = new ArrayList<>();
    for (Reply item : Replies.items(key.call(key.commandAt("XINFO", "GROUPS")))) {
      Map<String, Reply> group = fields(item);
      String name = latin(group.get("name"));
      groups.add(
          new Group(
              name,
              latin(group.get("last-delivered-id")),
              latin(group.get("entries-read")),
              consumers(name)));
    }
    return new Facts(
        Replies.number(stream.getOrDefault("length", new Reply.Null()), 0),
        latin(stream.get("last-generated-id")),
        latin(stream.get("entries-added")),
        latin(stream.get("max-deleted-entry-id")),
        groups);
  }

  private Map<String, Long> consumers(String group) {
    Map<String, Long> consumers = new TreeMap<>();
    for (Reply item :
        Replies.items(key.call(key.commandAt("XINFO", "CONSUMERS", (Object) bytes(group))))) {
      Map<String, Reply> consumer = fields(item);
      consumers.put(
          latin(consumer.get("name")),
          Replies.number(consumer.getOrDefault("pending", new Reply.Null()), 0));
    }
    return consumers;
  }

  /** Entries from {@code from} on. */
  List<Entry> entries(StreamId from, int count) {
    List<Entry> entries = new ArrayList<>();
    for (Reply item : Replies.items(key.call("XRANGE", from, "+", "COUNT", count))) {
      List<Reply> entry = Replies.items(item);
      entries.add(
          new Entry(
              StreamId.parse(Replies.text(entry.get(0))), Bytes.of(Replies.items(entry.get(1)))));
    }
    return entries;
  }

  /** Which of these ids have no entry. */
  List<StreamId> withoutEntry(List<StreamId> ids) {
    List<List<byte[]>> questions = new ArrayList<>(ids.size());
    ids.forEach(id -> questions.add(key.command("XRANGE", id, id)));
    List<Reply> answers = key.callAll(questions);
    List<StreamId> missing = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      if (Replies.items(answers.get(i)).isEmpty()) {
        missing.add(ids.get(i));
      }
    }
    return missing;
  }

  /** A page of what is pending in a group, from {@code from} on; empty after the last. */
  List<Pending> pending(String group, StreamId from) {
    List<Pending> page = new ArrayList<>();
    for (Reply item : Replies.items(key.call("XPENDING", bytes(group), from, "+", PENDING_PAGE))) {
      List<Reply> message = Replies.items(item);
      page.add(
          new Pending(
              StreamId.parse(Replies.text(message.get(0))),
              latin(message.get(1)),
              Replies.number(message.get(2), 0),
              Replies.number(message.get(3), 0)));
    }
    return page;
  }

  /** Every page of what is pending in a group. */
  void eachPending(String group, Runnable step, Consumer<List<Pending>> onPage) {
    StreamId from = StreamId.ZERO;
    for (List<Pending> page = pending(group, from); !page.isEmpty(); page = pending(group, from)) {
      onPage.accept(page);
      from = page.getLast().id().next();
      step.run();
    }
  }

  static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String latin(@Nullable Reply reply) {
    return switch (reply) {
      case null -> "";
      case Reply.Null none -> "";
      case Reply.Number number -> Long.toString(number.value());
      case Reply.Text text -> new String(text.bytes(), StandardCharsets.ISO_8859_1);
      case Reply.Items items -> throw new IllegalArgumentException("a list where a text was due");
    };
  }

  private static Map<String, Reply> fields(Reply reply) {
    List<Reply> items = Replies.items(reply);
    Map<String, Reply> fields = new HashMap<>();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      fields.put(Replies.text(items.get(i)), items.get(i + 1));
    }
    return fields;
  }
}
