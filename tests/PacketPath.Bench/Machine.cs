using System.Management.Automation;
using System.Runtime.InteropServices;

namespace PacketPath.Bench;

/// <summary>The machine, for the record.</summary>
internal static class Machine
{
    /// <summary>One line: processor, kernel, runtime, engine, and how busy the machine was.</summary>
    internal static string Describe()
    {
        string model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} x {model}; Linux {kernel}; {RuntimeInformation.FrameworkDescription}; "
            + $"engine {typeof(PSObject).Assembly.GetName().Version?.ToString(3)}; load {load}";
    }
}
