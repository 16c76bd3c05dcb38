package io.vodis.launcher.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command against a page that answers as a proxy does; IsolationIT asks a real one. */
class IsolationCommandTest {

  private static final String TOKEN = "s3cret";

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer proxy;
  private String address;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext("/isolation", this::answer);
    proxy.start();
    address = "127.0.0.1:" + proxy.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    proxy.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    String query = exchange.getRequestURI().getRawQuery();
    asked.add(
        exchange.getRequestMethod()
            + " "
            + query
            + " by "
            + exchange.getRequestHeaders().getFirst("X-Vodis-Actor"));
    boolean allowed = given.equals("Bearer " + TOKEN);
    boolean known = !query.contains("soon");
    String body =
        !allowed
            ? "{\"error\": \"the admin token is missing or wrong\"}"
            : known ? "{\"result\": \"serves\"}" : "{\"error\": \"expected a duration\"}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(allowed ? known ? 200 : 422 : 401, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int isolation(String token, String... args) {
    out = new StringWriter();
    err = new StringWriter();
    String[] words = new String[args.length + 1];
    words[0] = "isolation";
    System.arraycopy(args, 0, words, 1, args.length);
    Map<String, String> environment = Map.of("VODIS_ADMIN_TOKEN", token);
    return new CommandLine(new AdminCommand(environment::get, Path.of("/nowhere")))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  @Test
  void letsAProxyServeForSomeTimeAndTakesItBack() {
    String actor = System.getProperty("user.name");
    assertThat(isolation(TOKEN, address, "--serve-for", "30m")).isZero();
    assertThat(out.toString()).isEqualTo(address + " serves" + System.lineSeparator());
    assertThat(isolation(TOKEN, "http://" + address + "/", "--end")).isZero();
    assertThat(asked)
        .containsExactly("POST serve_for=30m by " + actor, "POST serve_for=0s by " + actor);
  }

  @Test
  void asksSeveralAndTellsOfTheOneThatFails() {
    assertThat(isolation(TOKEN, address, "127.0.0.1:1", "--serve-for", "5m")).isEqualTo(3);
    assertThat(out.toString()).contains("serves");
    assertThat(err.toString()).contains("cannot reach the proxy at http://127.0.0.1:1");
  }

  @Test
  void passesTheWordsOfTheProxyOn() {
    assertThat(isolation("other", address, "--serve-for", "5m")).isEqualTo(4);
    assertThat(err.toString()).contains("the admin token is missing or wrong");
    assertThat(isolation(TOKEN, address, "--serve-for", "soon")).isEqualTo(1);
    assertThat(err.toString()).contains("expected a duration");
  }

  @Test
  void wantsExactlyOneWish() {
    assertThat(isolation(TOKEN, address)).isEqualTo(2);
    assertThat(isolation(TOKEN, address, "--end", "--serve-for", "5m")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }
}
