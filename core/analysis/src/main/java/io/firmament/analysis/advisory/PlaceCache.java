package io.firmament.analysis.advisory;

import org.jspecify.annotations.Nullable;

/// Values by places in an index file, without an object for each place.
final class PlaceCache<T> {
  private int[] places = new int[16];
  private @Nullable Object[] values = new @Nullable Object[16];
  private int count;

  /// Null for a place that is not in it.
  @SuppressWarnings("unchecked") // only put() writes
  @Nullable T get(int place) {
    return (T) values[slot(place)];
  }

  void put(int place, T value) {
    int slot = slot(place);
    if (values[slot] == null) {
      count++;
    }
    places[slot] = place;
    values[slot] = value;
    if (count > places.length / 2) {
      grow();
    }
  }

  /// Where the place is, or would be.
  private int slot(int place) {
    int slot = ((place * 0x9E3779B9) >>> 12) & (places.length - 1);
    while (values[slot] != null && places[slot] != place) {
      slot = (slot + 1) & (places.length - 1);
    }
    return slot;
  }

  private void grow() {
    int[] oldPlaces = places;
    @Nullable Object[] oldValues = values;
    places = new int[oldPlaces.length * 2];
    values = new @Nullable Object[places.length];
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldValues[i] != null) {
        int slot = slot(oldPlaces[i]);
        places[slot] = oldPlaces[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
