package io.vodis.topom.sweep;

/** Told by the sweep what it does, on its own thread. */
public interface MigrationProgress {

  /** Keys of a slot that are on the target now; proxies may have pulled some of them. */
  void onMoved(int slotId, int keys);

  /** A key that is moved alone; it has at least so many bytes. */
  void onBigKey(int slotId, byte[] key, long bytes);

  /**
   * How far the present pass is.
   *
   * @param totalKeys on the source when the pass began
   */
  void onScanned(long scannedKeys, long totalKeys);
}
