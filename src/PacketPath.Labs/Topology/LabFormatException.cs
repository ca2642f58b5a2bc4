namespace PacketPath.Labs;

/// <summary>A scenario file is not what the format asks for.</summary>
public sealed class LabFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The file, or what the text was called.</param>
    /// <param name="jsonPath">Where in the document, as a JSON path.</param>
    /// <param name="problem">What is wrong there.</param>
    /// <param name="inner">The cause.</param>
    public LabFormatException(string source, string jsonPath, string problem, Exception? inner = null)
        : base($"{source}: {jsonPath}: {problem}", inner)
    {
        JsonPath = jsonPath;
        Problem = problem;
    }

    /// <summary>Where in the document, for example <c>$.nodes.client.services[0].port</c>.</summary>
    public string JsonPath { get; }

    /// <summary>What is wrong there.</summary>
    public string Problem { get; }
}
