package io.vodis.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that is its own authority, and its key, made when asked for by the {@code keytool}
 * of the Java runtime. The files are removed when it is closed.
 */
public final class TestCertificate implements AutoCloseable {

  private static final String ALIAS = "test";
  private static final String STORE_PASSWORD = "changeit";

  private final Path directory;
  private final KeyStore store;

  private TestCertificate(List<String> names) {
    directory = Processes.temporaryDirectory("certificate");
    try {
      Path file = directory.resolve("store.p12");
      make(file, names);
      store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, STORE_PASSWORD.toCharArray());
      }
      write(cert(), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
      write(key(), "PRIVATE KEY", store.getKey(ALIAS, STORE_PASSWORD.toCharArray()).getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One for 127.0.0.1. */
  public static TestCertificate ofLoopback() {
    return new TestCertificate(List.of("ip:127.0.0.1", "dns:localhost"));
  }

  /** One for that name alone. */
  public static TestCertificate of(String hostName) {
    return new TestCertificate(List.of("dns:" + hostName));
  }

  private static void make(Path file, List<String> names) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    // A short life: no compiler, no collector worth the name.
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of("-genkeypair", "-alias", ALIAS, "-keyalg", "EC"));
    command.addAll(List.of("-groupname", "secp256r1", "-dname", "CN=vodis-test"));
    command.addAll(List.of("-ext", "san=" + String.join(",", names)));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", file.toString()));
    command.addAll(List.of("-storepass", STORE_PASSWORD, "-validity", "2"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void write(Path file, String what, byte[] der) throws IOException {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
  }

  /** The certificate, PEM. */
  public Path cert() {
    return directory.resolve("cert.pem");
  }

  /** Its key, PEM, without a password. */
  public Path key() {
    return directory.resolve("key.pem");
  }

  /** Puts another certificate and its key into the files of this one. */
  public void replaceFiles(TestCertificate other) {
    try {
      Files.writeString(cert(), Files.readString(other.cert()));
      Files.writeString(key(), Files.readString(other.key()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For a client or server that shows this certificate and trusts it alone. */
  public SSLContext context() {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, STORE_PASSWORD.toCharArray());
      KeyStore authorities = KeyStore.getInstance("PKCS12");
      try {
        authorities.load(null, null);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      authorities.setCertificateEntry(ALIAS, store.getCertificate(ALIAS));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    Processes.deleteRecursively(directory);
  }
}
