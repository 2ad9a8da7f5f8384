"""Makes the Parquet and Arrow files of this folder with pyarrow, so that the readers are held against another writer."""
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

questions = [f"Question {i}: why? 为什么？" for i in range(1000)]
table = pa.table({
    "id": pa.array(range(1000), pa.int64()),
    "question": pa.array(questions),
    "kind": pa.array(["short" if i % 3 else "long" for i in range(1000)]).dictionary_encode(),
    "documents": pa.array([[f"d{i}", "e"] for i in range(1000)]),
})
for compression in ("snappy", "zstd"):
    pq.write_table(table, f"questions.{compression}.parquet", row_group_size=450, compression=compression)
for name, new in (("questions.arrow", pa.ipc.new_file), ("questions.stream.arrow", pa.ipc.new_stream)):
    with new(name, table.schema) as writer:
        writer.write_table(table, max_chunksize=200)
with pa.ipc.new_stream("missing.arrow", pa.schema([("question", pa.string())])) as writer:
    writer.write_table(pa.table({"question": ["first", None]}))
