package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.KeySpec.Begin;
import io.vodis.proxy.command.KeySpec.Find;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes what {@code COMMAND} tells of commands, in the form of Redis 7 and in either protocol. */
final class CommandWriter {

  /** Fields of documentation whose values are sets of words. */
  private static final Set<String> FLAG_FIELDS = Set.of("flags", "doc_flags");

  private final Protocol protocol;
  private final ByteBuf out;

  CommandWriter(Protocol protocol, ByteBuf out) {
    this.protocol = protocol;
    this.out = out;
  }

  /**
   *
   *
   * <pre>
   *   name arity flags first last step categories tips key-specifications subcommands
   * </pre>
   */
  void info(CommandSpec spec, List<CommandSpec> subcommands) {
    CommandRow row = spec.row();
    RespWriter.arrayHeader(out, 10);
    RespWriter.bulk(out, row.name());
    RespWriter.integer(out, row.arity());
    statuses("", row.flags());
    RespWriter.integer(out, row.firstKey());
    RespWriter.integer(out, row.lastKey());
    RespWriter.integer(out, row.keyStep());
    statuses("@", row.categories());
    protocol.setHeader(out, row.tips().size());
    row.tips().forEach(tip -> RespWriter.bulk(out, tip));
    protocol.setHeader(out, row.keySpecs().size());
    row.keySpecs().forEach(this::keySpec);
    if (subcommands.isEmpty()) {
      protocol.setHeader(out, 0);
    } else {
      RespWriter.arrayHeader(out, subcommands.size());
    }
    subcommands.forEach(subcommand -> info(subcommand, List.of()));
  }

  private void keySpec(KeySpec spec) {
    protocol.mapHeader(out, 3);
    RespWriter.bulk(out, "flags");
    statuses("", spec.flags());
    RespWriter.bulk(out, "begin_search");
    switch (spec.begin()) {
      case Begin.Index begin -> {
        kind("index", 1);
        field("index", begin.index());
      }
      case Begin.Keyword begin -> {
        kind("keyword", 2);
        RespWriter.bulk(out, "keyword");
        RespWriter.bulk(out, begin.keyword());
        field("startfrom", begin.startFrom());
      }
      case Begin.Unknown unknown -> kind("unknown", 0);
    }
    RespWriter.bulk(out, "find_keys");
    switch (spec.find()) {
      case Find.Range range -> {
        kind("range", 3);
        field("lastkey", range.lastKey());
        field("keystep", range.step());
        field("limit", range.limit());
      }
      case Find.KeyNum num -> {
        kind("keynum", 3);
        field("keynumidx", num.keyNumIndex());
        field("firstkey", num.firstKey());
        field("keystep", num.step());
      }
      case Find.Unknown unknown -> kind("unknown", 0);
    }
  }

  private void kind(String kind, int fields) {
    protocol.mapHeader(out, 2);
    RespWriter.bulk(out, "type");
    RespWriter.bulk(out, kind);
    RespWriter.bulk(out, "spec");
    protocol.mapHeader(out, fields);
  }

  private void field(String name, int value) {
    RespWriter.bulk(out, name);
    RespWriter.integer(out, value);
  }

  void statuses(String prefix, List<String> values) {
    protocol.setHeader(out, values.size());
    values.forEach(value -> RespWriter.simple(out, prefix + value));
  }

  /** The documentation of a command as its server gives it, without subcommands not offered. */
  void docs(List<Reply> fields, Set<String> offeredNames) {
    protocol.mapHeader(out, fields.size() / 2);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = Replies.text(fields.get(i));
      Reply value = fields.get(i + 1);
      RespWriter.bulk(out, name);
      if (!(value instanceof Reply.Items items)) {
        scalar(value);
      } else if (FLAG_FIELDS.contains(name)) {
        statuses("", items.items().stream().map(Replies::text).toList());
      } else if (name.equals("subcommands")) {
        subcommands(items.items(), offeredNames);
      } else if (name.equals("arguments")) {
        RespWriter.arrayHeader(out, items.items().size());
        items.items().forEach(argument -> docs(Replies.items(argument), offeredNames));
      } else if (name.equals("history")) {
        protocol.setHeader(out, items.items().size());
        items.items().forEach(this::list);
      } else {
        list(value);
      }
    }
  }

  private void subcommands(List<Reply> pairs, Set<String> offeredNames) {
    List<Reply> offered = new ArrayList<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      if (offeredNames.contains(Replies.text(pairs.get(i)))) {
        offered.add(pairs.get(i));
        offered.add(pairs.get(i + 1));
      }
    }
    protocol.mapHeader(out, offered.size() / 2);
    for (int i = 0; i < offered.size(); i += 2) {
      scalar(offered.get(i));
      docs(Replies.items(offered.get(i + 1)), offeredNames);
    }
  }

  private void list(Reply value) {
    if (value instanceof Reply.Items items) {
      RespWriter.arrayHeader(out, items.items().size());
      items.items().forEach(this::list);
    } else {
      scalar(value);
    }
  }

  private void scalar(Reply value) {
    switch (value) {
      case Reply.Text text -> RespWriter.bulk(out, text.bytes());
      case Reply.Number number -> RespWriter.integer(out, number.value());
      default -> protocol.nil(out);
    }
  }

  /** All that can be said of a command that no server has documented. */
  void group(String group) {
    protocol.mapHeader(out, 1);
    RespWriter.bulk(out, "group");
    RespWriter.bulk(out, group);
  }
}
