namespace LocalInference.Tests.Memory;

public sealed class CgroupMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cgroup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_group_has_taken_is_not_free_but_for_pages_of_files()
    {
        Group2("app", "1000", current: 700, inactive: 100, active: 50);

        Assert.Equal(450, Read("0::/app"));
    }

    [Fact]
    public void The_narrowest_group_counts()
    {
        Group2("", "5000", current: 4600);
        Group2("slice", "max", current: 800);
        Group2("slice/app", "1000", current: 700);
        Group2("slice/roomy", "9000", current: 10);

        Assert.Equal(300, Read("0::/slice/app"));
        Assert.Equal(400, Read("0::/slice/roomy"));
        Assert.Equal(400, Read("0::/"));
    }

    [Fact]
    public void A_group_that_is_over_its_limit_leaves_nothing()
    {
        Group2("app", "1000", current: 1200, inactive: 100);

        Assert.Equal(0, Read("0::/app"));
    }

    [Fact]
    public void A_container_that_sees_only_itself_is_found_at_the_top()
    {
        Group2("", "1000", current: 400);

        Assert.Equal(600, Read("0::/docker/0123"));
        Assert.Equal(600, Read("0::/../other"));
    }

    [Fact]
    public void The_first_version_has_files_of_other_names()
    {
        Write("memory/app/memory.limit_in_bytes", "1000\n");
        Write("memory/app/memory.usage_in_bytes", "700\n");
        Write("memory/app/memory.stat", "inactive_file 1\nactive_file 1\ntotal_inactive_file 100\ntotal_active_file 50\n");
        Write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("memory/memory.usage_in_bytes", "100000\n");

        Assert.Equal(450, Read("5:cpu,cpuacct:/app\n4:memory:/app\n0::/app"));
    }

    [Fact]
    public void Without_a_limit_there_is_nothing_to_say()
    {
        Group2("app", "max", current: 700);

        Assert.Null(Read("0::/app"));
        Assert.Null(Read("no line of this kind\n"));
        Assert.Null(CgroupMemory.ReadAvailable(Path.Combine(_folder, "gone"), _folder));
    }

    private long? Read(string membership)
    {
        Write("membership", membership + "\n");
        return CgroupMemory.ReadAvailable(Path.Combine(_folder, "membership"), Path.Combine(_folder, "groups"));
    }

    private void Group2(string name, string max, long current, long inactive = 0, long active = 0)
    {
        Write(Path.Join(name, "memory.max"), max + "\n");
        Write(Path.Join(name, "memory.current"), $"{current}\n");
        Write(Path.Join(name, "memory.stat"), $"anon 7\nfile 9\ninactive_anon 5\ninactive_file {inactive}\nactive_file {active}\n");
    }

    private void Write(string name, string text)
    {
        string path = name == "membership" ? Path.Join(_folder, name) : Path.Join(_folder, "groups", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
