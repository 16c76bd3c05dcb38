package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.Protocol;
import io.vodis.resp.ReplyDecoder;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespLimits;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandCatalogueTest {

  private final CommandTable table = CommandTable.baseline();
  private final CommandCatalogue catalogue = new CommandCatalogue(table);

  /** The bytes a Redis 7.0.15 server sends. */
  @Test
  void describesCommandsAsAServerDoes() {
    assertThat(reply("COMMAND INFO get nosuch"))
        .isEqualTo(
            """
            *2 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 *1 *6 \
            $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1 \
            $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 \
            *0 $-1\
            """);
    assertThat(reply("COMMAND INFO xread"))
        .isEqualTo(
            """
            *1 *10 $5 xread :-4 *3 +readonly +blocking +movablekeys :0 :0 :0 *4 +@read +@stream \
            +@slow +@blocking *0 *1 *6 $5 flags *2 +RO +access $12 begin_search *4 $4 type \
            $7 keyword $4 spec *4 $7 keyword $7 STREAMS $9 startfrom :1 $9 find_keys *4 $4 type \
            $5 range $4 spec *6 $7 lastkey :-1 $7 keystep :1 $5 limit :2 *0\
            """);
    assertThat(reply("COMMAND INFO XGROUP|CREATE"))
        .startsWith("*1 *10 $13 xgroup|create :-5 *2 +write +denyoom :2 :2 :1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "COMMAND GETKEYS mset a 1 b 2 | *2 $1 a $1 b",
        "COMMAND GETKEYS object encoding k | *1 $1 k",
        "COMMAND GETKEYS eval s 0 x | *0",
        "COMMAND GETKEYS nosuch a | -ERR Invalid command specified",
        "COMMAND GETKEYS ping a | -ERR The command has no key arguments",
        "COMMAND GETKEYS get a b | -ERR Invalid number of arguments specified for command",
        "COMMAND GETKEYS eval s x k | -ERR Invalid arguments specified for command",
        "COMMAND GETKEYSANDFLAGS smove a b m | *2 *2 $1 a *3 +RW +access +delete *2 $1 b *2 +RW"
            + " +insert",
        "COMMAND LIST FILTERBY ACLCAT hyperloglog | *3 $5 pfadd $7 pfcount $7 pfmerge",
        "COMMAND LIST FILTERBY MODULE x | *0",
        "COMMAND LIST FOO | -ERR syntax error",
        "COMMAND DOCS get nosuch | *2 $3 get *2 $5 group $6 string",
        "COMMAND FOO | -ERR unknown subcommand 'FOO'. Try COMMAND HELP.",
      })
  void answersEverySubcommand(String line, String reply) {
    assertThat(reply(line)).isEqualTo(reply);
  }

  @Test
  void filtersNamesByPattern() {
    assertThat(reply("COMMAND LIST FILTERBY PATTERN xgr*cr[a-f]a?e"))
        .isEqualTo("*1 $13 xgroup|create");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shutdown", "debug", "migrate", "replicaof", "post"})
  void leavesOutWhatIsNeverServed(String name) {
    assertThat(reply("COMMAND INFO " + name)).isEqualTo("*1 $-1");
  }

  @Test
  void countsWhatItLists() {
    String count = reply("COMMAND COUNT").substring(1);

    assertThat(reply("COMMAND")).startsWith("*" + count + " ");
    assertThat(reply("COMMAND INFO")).startsWith("*" + count + " ");
    assertThat(Integer.parseInt(count)).isGreaterThan(150);
  }

  /** One reply, with blanks for line ends. */
  private String reply(String line) {
    String[] args = line.split(" ");
    ByteBuf in = Unpooled.buffer();
    RespWriter.arrayHeader(in, args.length);
    for (String arg : args) {
      RespWriter.bulk(in, arg);
    }
    RequestDecoder request = new RequestDecoder(RespLimits.defaults());
    request.decode(in);
    ByteBuf out = Unpooled.buffer();

    CommandSpec spec = Objects.requireNonNull(table.resolve(in, request));
    catalogue.reply(spec, in, request, new KeyLocator(16), Protocol.RESP2, out);

    ReplyDecoder decoder = new ReplyDecoder(new RespLimits(1 << 16, 1 << 20, 1 << 20, 32, 1 << 30));
    assertThat(decoder.decode(out)).isEqualTo(ReplyDecoder.Progress.FRAME);
    assertThat(decoder.frameLength()).isEqualTo(out.readableBytes());
    return out.toString(StandardCharsets.US_ASCII).strip().replace("\r\n", " ");
  }
}
