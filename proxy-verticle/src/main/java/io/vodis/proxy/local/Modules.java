package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.info.MergedSection;
import io.vodis.proxy.info.ServerReports;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The modules of all servers, as MODULE LIST and HELLO show them. */
final class Modules {

  private static final Pattern MODULE = Pattern.compile("name=([^,]*),ver=(\\d{1,9}).*");

  private Modules() {}

  static void write(ServerReports servers, Protocol protocol, ByteBuf out) {
    List<Matcher> modules =
        MergedSection.modules(servers.all()).stream()
            .map(MODULE::matcher)
            .filter(Matcher::matches)
            .toList();
    RespWriter.arrayHeader(out, modules.size());
    for (Matcher module : modules) {
      protocol.mapHeader(out, 4);
      RespWriter.bulk(out, "name");
      RespWriter.bulk(out, module.group(1));
      RespWriter.bulk(out, "ver");
      RespWriter.integer(out, Long.parseLong(module.group(2)));
      RespWriter.bulk(out, "path");
      RespWriter.bulk(out, "");
      RespWriter.bulk(out, "args");
      RespWriter.arrayHeader(out, 0);
    }
  }
}
