# Shared by the scripts beside it: finds a JDK 25, builds what is out of date, sets JAVA and CLASSPATH_FILE.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CLASSPATH_FILE=$ROOT/local-dev/target/classpath.txt

find_java25() {
  local home
  for home in "${JAVA25_HOME:-}" "${JDK25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    if grep -q '^JAVA_VERSION="25[."]' "$home/release"; then
      echo "$home/bin/java"
      return 0
    fi
  done
  echo "firmament: no JDK 25 found. Install one (for example Temurin 25) under /usr/lib/jvm or set JAVA25_HOME to its folder." >&2
  return 1
}

build_if_needed() {
  command -v mvn >/dev/null || { echo "firmament: Maven (mvn) is not on the PATH; install Maven 3.8 or later." >&2; return 1; }
  if [ ! -f "$CLASSPATH_FILE" ] || [ -n "$(find "$ROOT" -path '*/target' -prune -o -path '*/node_modules' -prune -o -path '*/.git' -prune -o \
    \( -path '*/src/main/*' -o -name pom.xml -o -name 'package*.json' \) -type f -newer "$CLASSPATH_FILE" -print -quit)" ]; then
    echo "firmament: building (the first time downloads libraries and takes a few minutes) ..." >&2
    (cd "$ROOT" && mvn -B -q -ntp package -DskipTests -Plocal -pl local-dev -am) >&2
    touch "$CLASSPATH_FILE"
  fi
}

run_java() {
  local java
  java=$(find_java25)
  build_if_needed
  exec "$java" -Xmx"${FIRMAMENT_HEAP:-1g}" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dfirmament.root="$ROOT" -cp "$(cat "$CLASSPATH_FILE"):$ROOT/local-dev/target/classes" "$@"
}
