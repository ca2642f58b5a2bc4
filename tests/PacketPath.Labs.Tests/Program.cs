using PacketPath.Labs.Tests;

// The test runner never comes here; a test starts this assembly as a program to have a run it can kill.
return args is [LabChild.Argument] ? LabChild.Hold() : 64;
