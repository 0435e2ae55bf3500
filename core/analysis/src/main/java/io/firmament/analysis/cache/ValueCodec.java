package io.firmament.analysis.cache;

import io.firmament.analysis.scan.Blob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.bouncycastle.cert.X509CertificateHolder;

/// Writes what was noted of a content as bytes: records of the engine and what they are made of.
///
/// A value is a letter for its kind and then its parts. The content itself is not written: the one
/// that is asked for stands in its place. Reading makes nothing but records and enumerations of the
/// engine, patterns, certificates and plain values, through the records' own constructors.
///
/// @param <T> of the values; the caller's word, since a key has values of one kind only
public final class ValueCodec<T> {
  private static final String ENGINE = "io.firmament.";
  private static final int DEEPEST = 32;

  /// Values that exist once and are known by an id.
  private final Class<?> sharedType;

  private final Function<Object, String> sharedId;
  private final Map<String, ?> shared;

  private ValueCodec(
      Class<?> sharedType, Function<Object, String> sharedId, Map<String, ?> shared) {
    this.sharedType = sharedType;
    this.sharedId = sharedId;
    this.shared = shared;
  }

  public static <T> ValueCodec<T> plain() {
    return new ValueCodec<>(Void.class, Object::toString, Map.of());
  }

  /// Writes values of a type by their id, and reads those of the map again.
  public static <T, S> ValueCodec<T> sharing(
      Class<S> type, Function<S, String> id, Map<String, S> values) {
    return new ValueCodec<>(type, value -> id.apply(type.cast(value)), Map.copyOf(values));
  }

  byte[] write(T value, Blob blob) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(value, blob, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  /// Empty where the bytes are no value.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  Optional<T> read(byte[] bytes, Blob blob) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      T value = (T) read(in, blob, 0);
      return in.available() == 0 ? Optional.of(value) : Optional.empty();
    } catch (IOException | ReflectiveOperationException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private void write(Object value, Blob blob, DataOutputStream out) throws IOException {
    if (sharedType.isInstance(value)) {
      out.writeByte('#');
      text(sharedId.apply(value), out);
      return;
    }
    switch (value) {
      case Blob own when own.sha256().equals(blob.sha256()) -> out.writeByte('.');
      case String text -> {
        out.writeByte('S');
        text(text, out);
      }
      case Integer number -> {
        out.writeByte('I');
        out.writeInt(number);
      }
      case Long number -> {
        out.writeByte('J');
        out.writeLong(number);
      }
      case Boolean flag -> out.writeByte(flag ? 'Y' : 'N');
      case byte[] bytes -> {
        out.writeByte('B');
        bytes(bytes, out);
      }
      case Optional<?> optional -> all('O', optional.stream().toList(), blob, out);
      case List<?> list -> all('L', list, blob, out);
      case Set<?> set -> all('T', set, blob, out);
      case Map<?, ?> map -> {
        List<Object> flat = new ArrayList<>();
        map.forEach((key, each) -> Collections.addAll(flat, key, each));
        all('M', flat, blob, out);
      }
      case Enum<?> constant -> {
        out.writeByte('E');
        text(constant.getDeclaringClass().getName(), out);
        text(constant.name(), out);
      }
      case Pattern pattern -> {
        out.writeByte('P');
        out.writeInt(pattern.flags());
        text(pattern.pattern(), out);
      }
      case X509CertificateHolder certificate -> {
        out.writeByte('X');
        bytes(certificate.getEncoded(), out);
      }
      case Record record when record.getClass().getName().startsWith(ENGINE) -> {
        out.writeByte('R');
        text(record.getClass().getName(), out);
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          write(part(record, component), blob, out);
        }
      }
      default -> throw new IllegalArgumentException("cannot be kept: " + value.getClass());
    }
  }

  private static Object part(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void all(char kind, Collection<?> values, Blob blob, DataOutputStream out)
      throws IOException {
    out.writeByte(kind);
    out.writeInt(values.size());
    for (Object value : values) {
      write(value, blob, out);
    }
  }

  private static void text(String text, DataOutputStream out) throws IOException {
    // Half of a pair, which no charset has a form for, may be in what was read from an image.
    out.writeInt(text.length());
    out.writeChars(text);
  }

  private static void bytes(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private Object read(DataInputStream in, Blob blob, int depth)
      throws IOException, ReflectiveOperationException {
    if (depth > DEEPEST) {
      throw new IOException("values in too many others");
    }
    char kind = (char) in.readUnsignedByte();
    return switch (kind) {
      case '#' -> {
        Object value = shared.get(text(in));
        if (value == null) {
          throw new IOException("nothing of that id");
        }
        yield value;
      }
      case '.' -> blob;
      case 'S' -> text(in);
      case 'I' -> in.readInt();
      case 'J' -> in.readLong();
      case 'Y' -> true;
      case 'N' -> false;
      case 'B' -> bytes(in);
      case 'O' -> all(in, blob, depth).stream().findFirst();
      case 'L' -> List.copyOf(all(in, blob, depth));
      case 'T' -> Collections.unmodifiableSet(new LinkedHashSet<>(all(in, blob, depth)));
      case 'M' -> {
        List<Object> flat = all(in, blob, depth);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
          map.put(flat.get(i), flat.get(i + 1));
        }
        yield Collections.unmodifiableMap(map);
      }
      case 'E' -> constant(type(in), text(in));
      case 'P' -> {
        int flags = in.readInt();
        yield Pattern.compile(text(in), flags);
      }
      case 'X' -> new X509CertificateHolder(bytes(in));
      case 'R' -> record(type(in), in, blob, depth);
      default -> throw new IOException("no value");
    };
  }

  private static Object constant(Class<?> type, String name) throws IOException {
    Object[] constants = type.getEnumConstants();
    return Arrays.stream(constants == null ? new Object[0] : constants)
        .filter(each -> ((Enum<?>) each).name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("no constant " + name));
  }

  private Object record(Class<?> type, DataInputStream in, Blob blob, int depth)
      throws IOException, ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IOException("no record: " + type);
    }
    Class<?>[] types = new Class<?>[components.length];
    Object[] parts = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      parts[i] = read(in, blob, depth + 1);
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(parts);
  }

  private static Class<?> type(DataInputStream in) throws IOException, ClassNotFoundException {
    String name = text(in);
    if (!name.startsWith(ENGINE)) {
      throw new IOException("no class of the engine: " + name);
    }
    return Class.forName(name, false, ValueCodec.class.getClassLoader());
  }

  private List<Object> all(DataInputStream in, Blob blob, int depth)
      throws IOException, ReflectiveOperationException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new IOException("more values than there are bytes");
    }
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(read(in, blob, depth + 1));
    }
    return values;
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available() / 2) {
      throw new IOException("more characters than there are");
    }
    char[] text = new char[length];
    for (int i = 0; i < length; i++) {
      text[i] = in.readChar();
    }
    return new String(text);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("more bytes than there are");
    }
    return in.readNBytes(length);
  }
}
