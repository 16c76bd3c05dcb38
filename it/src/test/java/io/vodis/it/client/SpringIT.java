package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ApplicationEvent;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.PatternTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.data.redis.RedisIndexedSessionRepository;
import org.springframework.session.data.redis.RedisSessionRepository;
import org.springframework.session.data.redis.config.ConfigureNotifyKeyspaceEventsAction;
import org.springframework.session.events.SessionDeletedEvent;

/** Spring Data Redis on its default client, and the sessions of Spring Session. */
@ExtendWith(SharedProduct.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringIT {

  private final SharedProduct product;
  private final LettuceConnectionFactory connections;
  private final StringRedisTemplate redis;

  SpringIT(SharedProduct product) {
    this.product = product;
    connections =
        new LettuceConnectionFactory(
            new RedisStandaloneConfiguration(product.address().host(), product.address().port()));
    connections.afterPropertiesSet();
    connections.start();
    redis = new StringRedisTemplate(connections);
  }

  @AfterAll
  void close() {
    connections.destroy();
  }

  @Test
  void templatesReadAndWriteEveryType() {
    redis.opsForValue().set("spring:s", "1", Duration.ofMinutes(5));
    assertThat(redis.opsForValue().increment("spring:s")).isEqualTo(2);
    assertThat(redis.getExpire("spring:s", TimeUnit.SECONDS)).isBetween(290L, 300L);
    redis.opsForHash().putAll("spring:h", Map.of("a", "1"));
    assertThat(redis.opsForHash().entries("spring:h")).isEqualTo(Map.of("a", "1"));
    redis.opsForList().rightPushAll("spring:l", "a", "b");
    assertThat(redis.opsForList().range("spring:l", 0, -1)).containsExactly("a", "b");
    redis.opsForZSet().add("spring:z", "m", 2.5);
    assertThat(redis.opsForZSet().score("spring:z", "m")).isEqualTo(2.5);
    redis.opsForStream().add("spring:x", Map.of("f", "v"));
    assertThat(redis.opsForStream().size("spring:x")).isEqualTo(1);
    assertThat(redis.opsForValue().multiGet(List.of("spring:s", "spring:none")))
        .containsExactly("2", null);
    assertThat(
            redis.execute(
                new DefaultRedisScript<>("return redis.call('GET', KEYS[1])", String.class),
                List.of("spring:s")))
        .isEqualTo("2");
  }

  @Test
  void pipelinesTransactionsAndScans() {
    List<Object> piped =
        redis.executePipelined(
            (RedisCallback<Object>)
                connection -> {
                  for (int i = 0; i < 100; i++) {
                    connection.stringCommands().set(bytes("spring:many:" + i), bytes("v"));
                  }
                  return null;
                });
    assertThat(piped).hasSize(100).containsOnly(true);

    List<Object> replies =
        redis.execute(
            new SessionCallback<>() {
              @Override
              @SuppressWarnings("unchecked")
              public <K, V> List<Object> execute(RedisOperations<K, V> operations) {
                RedisOperations<String, String> session =
                    (RedisOperations<String, String>) operations;
                session.multi();
                session.opsForValue().set("spring:tx", "1");
                session.opsForValue().increment("spring:tx");
                return session.exec();
              }
            });
    assertThat(replies).containsExactly(true, 2L);

    List<String> found = new ArrayList<>();
    ScanOptions options = ScanOptions.scanOptions().match("spring:many:*").count(30).build();
    try (Cursor<String> cursor = redis.scan(options)) {
      cursor.forEachRemaining(found::add);
    }
    assertThat(found).hasSize(100).doesNotHaveDuplicates();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void listenersHearChannelsAndPatterns() throws Exception {
    // Given
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    RedisMessageListenerContainer container = new RedisMessageListenerContainer();
    container.setConnectionFactory(connections);
    container.afterPropertiesSet();
    MessageListener listener = (message, pattern) -> heard.add(message.toString());
    container.addMessageListener(
        listener, List.of(new ChannelTopic("spring:news"), new PatternTopic("spring:sp*")));
    container.start();
    try {
      // When
      redis.convertAndSend("spring:news", "one");
      redis.convertAndSend("spring:sport", "two");

      // Then
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
    } finally {
      container.destroy();
    }
  }

  @Test
  void sessionsLiveWhileSlotsMove() {
    RedisSessionRepository repository = new RedisSessionRepository(sessionTemplate());
    try (SharedProduct.MovingSlots moving = product.moveSlots()) {
      for (int i = 0; i < 30; i++) {
        assertLives(repository, i);
      }
    }
  }

  private static <S extends Session> void assertLives(SessionRepository<S> repository, int user) {
    S session = repository.createSession();
    session.setAttribute("user", "name " + user);
    repository.save(session);
    String oldId = session.getId();
    S found = repository.findById(oldId);
    assertThat(found).isNotNull();
    assertThat((String) found.getAttribute("user")).isEqualTo("name " + user);
    repository.deleteById(oldId);
    assertThat(repository.findById(oldId)).isNull();
  }

  /** A new id is a RENAME, which stays in one slot only if all sessions have one hash tag. */
  @Test
  void sessionsWithAHashTagChangeTheirId() {
    RedisSessionRepository repository = new RedisSessionRepository(sessionTemplate());
    repository.setRedisKeyNamespace("{spring:session}");
    assertChangesId(repository);
  }

  private static <S extends Session> void assertChangesId(SessionRepository<S> repository) {
    S session = repository.createSession();
    repository.save(session);
    String oldId = session.getId();
    S found = repository.findById(oldId);

    String newId = found.changeSessionId();
    repository.save(found);

    assertThat(repository.findById(oldId)).isNull();
    assertThat(repository.findById(newId)).isNotNull();
  }

  @Test
  void indexedSessionsAreFoundByNameAndTheirEndIsHeard() throws Exception {
    // Given
    ConfigureNotifyKeyspaceEventsAction notifications = new ConfigureNotifyKeyspaceEventsAction();
    notifications.configure(connections.getConnection());
    RedisIndexedSessionRepository repository = new RedisIndexedSessionRepository(sessionTemplate());
    List<ApplicationEvent> events = new CopyOnWriteArrayList<>();
    repository.setApplicationEventPublisher(event -> events.add((ApplicationEvent) event));
    repository.setDefaultSerializer(RedisSerializer.java());
    repository.afterPropertiesSet();
    RedisMessageListenerContainer container = new RedisMessageListenerContainer();
    container.setConnectionFactory(connections);
    container.afterPropertiesSet();
    container.addMessageListener(
        repository,
        List.of(
            new ChannelTopic(repository.getSessionDeletedChannel()),
            new ChannelTopic(repository.getSessionExpiredChannel())));
    container.addMessageListener(
        repository, new PatternTopic(repository.getSessionCreatedChannelPrefix() + "*"));
    container.start();
    try {
      // When
      var session = repository.createSession();
      session.setAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME, "alice");
      repository.save(session);
      var found = repository.findByPrincipalName("alice");
      repository.deleteById(session.getId());

      // Then
      assertThat(found).containsOnlyKeys(session.getId());
      assertThat(repository.findById(session.getId())).isNull();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> events.stream().anyMatch(SessionDeletedEvent.class::isInstance));
    } finally {
      container.destroy();
      repository.destroy();
    }
  }

  private RedisTemplate<String, Object> sessionTemplate() {
    RedisTemplate<String, Object> template = new RedisTemplate<>();
    template.setKeySerializer(RedisSerializer.string());
    template.setHashKeySerializer(RedisSerializer.string());
    template.setConnectionFactory(connections);
    template.afterPropertiesSet();
    return template;
  }
}
