// Updates a metadata folder with the stock tuf-js client and downloads one target.
// usage: node download.js METADATA-DIR METADATA-URL TARGET-DIR TARGET-URL TARGET-PATH
// Exit codes: 0 downloaded, 1 refused, 3 no such target. Says what was wrong on standard output.
'use strict';
const { Updater } = require('tuf-js');

const [metadataDir, metadataBaseUrl, targetDir, targetBaseUrl, targetPath] = process.argv.slice(2);

async function main() {
  const updater = new Updater({
    metadataDir,
    metadataBaseUrl,
    targetDir,
    targetBaseUrl,
    config: { fetchRetry: 0, fetchTimeout: 20000 },
  });
  await updater.refresh();
  const target = await updater.getTargetInfo(targetPath);
  if (!target) {
    console.log('no such target');
    return 3;
  }
  await updater.downloadTarget(target);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.log(`${error.name}: ${error.message}`);
    process.exit(1);
  },
);
