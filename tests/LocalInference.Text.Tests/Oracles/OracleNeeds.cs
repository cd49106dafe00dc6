namespace LocalInference.Text.Tests.Oracles;

/// <summary>What a test compares with, beside this repository's own files.</summary>
[Flags]
public enum OracleNeeds
{
    /// <summary>llama.cpp's chat templates: <c>tests/oracles/obtain.sh</c>, needing npm and git.</summary>
    Templates = 1,

    /// <summary>The cases of llama.cpp's own tests: <c>tests/oracles/record.sh</c>, needing a C++ compiler too.</summary>
    Cases = 2,

    /// <summary>python's jinja2: Debian's <c>python3-jinja2</c>.</summary>
    Jinja2 = 4,
}
