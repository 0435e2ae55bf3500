# Made the images beside this file: fakeroot sh -e build.sh (squashfs-tools, e2fsprogs).
set -e
rm -rf t; mkdir -p t/bin t/etc t/dev t/lib t/empty t/many
head -c 3000 /dev/zero | tr '\0' 'A' > t/bin/busybox; for i in $(seq 1 300); do echo "line $i of a compressible text file"; done > t/etc/text
chmod 4755 t/bin/busybox; chown 1000:100 t/bin/busybox
echo 'root:x:0:0:root:/root:/bin/sh' > t/etc/passwd; echo 'root:*:0:0:99999:7:::' > t/etc/shadow; chmod 600 t/etc/shadow
ln -s busybox t/bin/sh; ln -s /etc/passwd t/etc/abs; ln -s nowhere/at/all t/dangling; ln -s "$(printf 'x%.0s' $(seq 80))" t/longlink
ln t/etc/passwd t/etc/hard
mknod t/dev/console c 5 1; mknod t/dev/big b 259 70000; mkfifo t/dev/fifo
: > t/zero; printf 'caf\303\251' > "t/caf$(printf '\303\251')"
python3 - <<'P'
import random
r=random.Random(5); open('t/lib/random.bin','wb').write(bytes(r.randrange(256) for _ in range(2000)))
f=open('t/lib/sparse','wb'); f.seek(20000); f.write(b'end'); f.close()
P
for i in $(seq 1 20); do echo $i > t/many/file-$i; done
find t -exec touch -h -d @1700000000 {} +
(cd t; find . | sort | tail -n +2 | sed 's,^\./,,' > ../list)
O="-noappend -no-progress -quiet -mkfs-time 1700000000 -reproducible -b 4096"
for c in gzip lzma lzo xz lz4 zstd; do mksquashfs t $c.sqfs $O -comp $c >/dev/null; done
for v in ext2 ext3 ext4; do mke2fs -q -t $v -b 1024 -d t $v.img 400k 2>/dev/null || mke2fs -q -t $v -b 1024 -d t $v.img 1500k; done
mke2fs -q -t ext4 -O inline_data -I 256 -N 128 -b 1024 -d t inline.img 600k || true
ls -l *.sqfs *.img
