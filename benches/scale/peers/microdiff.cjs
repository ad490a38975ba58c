// microdiff over two folders of lists, each object by its kind, namespace and name.
const fs = require("fs");
let diff;
try { diff = require("microdiff").default; } catch { process.exit(127); }
const read = (folder) => {
  const all = {};
  for (const file of fs.readdirSync(folder).filter((f) => f.endsWith(".json"))) {
    for (const o of JSON.parse(fs.readFileSync(`${folder}/${file}`)).items ?? []) {
      all[`${file}/${o.metadata.namespace ?? ""}/${o.metadata.name}`] = o;
    }
  }
  return all;
};
console.log(diff(read(process.argv[2]), read(process.argv[3])).length);
