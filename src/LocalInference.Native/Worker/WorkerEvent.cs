using System.Text.Json.Serialization;

namespace LocalInference.Native;

/// <summary>One line that the worker writes to its standard output; its JSON says which in <c>event</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(WorkerProgress), "progress")]
[JsonDerivedType(typeof(WorkerReport), "report")]
[JsonDerivedType(typeof(WorkerResult), "result")]
[JsonDerivedType(typeof(WorkerError), "error")]
internal abstract record WorkerEvent;
