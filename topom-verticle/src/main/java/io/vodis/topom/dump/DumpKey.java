package io.vodis.topom.dump;

/**
 * A key to be moved.
 *
 * @param proof the number under which its slot was opened, which says which of two copies counts
 *     ({@link io.vodis.slot.SlotProof}); 0 if there is none
 * @param returning says without a number that the target's copy counts, else the source's
 */
public record DumpKey(byte[] name, long proof, boolean returning) {}
