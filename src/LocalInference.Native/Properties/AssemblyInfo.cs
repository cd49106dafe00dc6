using System.Runtime.CompilerServices;

// Everything that crosses the boundary is blittable and passed as it lies in memory: bool is one byte, strings are UTF-8.
[assembly: DisableRuntimeMarshalling]
